// Notices that files have changed, wherever they lie. The system's own notifications miss changes on network file
// systems, through bind mounts and by the link swaps of container secrets. So the files are looked at twice a second: a
// few calls, no descriptors, the same everywhere.

import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

/**
 * Milliseconds between two looks. The pause is longer where one look takes long, but for the few files that most
 * configurations name it stays so short that a change is noticed within 2 s.
 */
const shortest = 500
const longest = 1000

/** The pause after a look that found a change, so that it is soon known whether the files have settled. */
const afterChange = 250

/** The longest pause for `many` names or more: looking at them more often could keep the process busy. */
const longestForMany = 10_000
const many = 100

/** How many entries of directories are looked at. No directory that can be used as a TLS directory holds more. */
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
    const pause = Math.max(changed ? afterChange : shortest, 50 * took)
    this.#plan(Math.min(pause, this.#names.length < many ? longest : longestForMany))
  }
}

/** A text that differs whenever a file was written, replaced, moved, linked elsewhere or became readable. */
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
    // When it becomes readable, its own times and mode change.
    return []
  }
}
