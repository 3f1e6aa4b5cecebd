// Notices that files have changed, wherever they lie. The system's own notices do not come from network file systems,
// through bind mounts or from the link swaps of container secrets, so the files are looked at twice a second: a few
// calls, no descriptors, the same everywhere.

import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

/**
 * Milliseconds between two looks; more where one look takes long, but never so much that it takes 2 s to notice a
 * change of the few files that one configuration mostly names.
 */
const shortest = 500
const longest = 1000

/** The same for a thousand files and more: looking at them that often would keep the process busy. */
const longestForMany = 10_000
const many = 100

/** No directory that is taken holds more. */
const maxEntries = 2000

export class FilePoller {
  readonly #names: readonly string[]
  readonly #look: (changed: boolean) => Promise<void>
  #seen: string | null = null
  #timer: NodeJS.Timeout | null = null
  #closed = false

  /**
   * @param names files, and directories with all below them
   * @param look called after each look, the first time with `true`. The next look waits for it
   */
  constructor(names: readonly string[], look: (changed: boolean) => Promise<void>) {
    this.#names = names
    this.#look = look
    this.#plan(shortest)
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #plan(delay: number): void {
    if (!this.#closed) this.#timer = setTimeout(() => void this.#check(), delay).unref()
  }

  async #check(): Promise<void> {
    const began = performance.now()
    const now = await appearance(this.#names)
    const took = performance.now() - began
    if (this.#closed) return
    const changed = now !== this.#seen
    this.#seen = now
    await this.#look(changed)
    this.#plan(Math.min(Math.max(shortest, 50 * took), this.#names.length < many ? longest : longestForMany))
  }
}

/** Differs whenever a file was written, replaced, moved, linked elsewhere or became readable. */
async function appearance(names: readonly string[]): Promise<string> {
  const lines: string[] = []
  const waiting = [...names]
  const limit = names.length + maxEntries
  for (let name = waiting.shift(); name !== undefined && lines.length < limit; name = waiting.shift()) {
    const found = await statOf(name)
    lines.push(typeof found === 'string' ? `${name} ${found}` : `${name} ${appearanceOf(found)}`)
    if (typeof found !== 'string' && found.isDirectory()) waiting.push(...(await entriesOf(name)))
  }
  return lines.join('\n')
}

function appearanceOf({ dev, ino, size, mode, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mode, mtimeNs, ctimeNs].join(' ')
}

async function statOf(name: string): Promise<BigIntStats | string> {
  try {
    return await stat(name, { bigint: true })
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

async function entriesOf(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort().map((entry) => path.join(directory, entry))
  } catch {
    // Its own times and mode tell when that changes.
    return []
  }
}
