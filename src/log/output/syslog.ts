// The system's log, reached through one long-lived child process, `logger` of util-linux: Node itself cannot open the
// datagram socket of the system's log. While no child runs, lines go elsewhere, and it is started again with growing
// pauses.

import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { LineTarget } from '../line-stream.ts'

type LoggerProcess = ChildProcessByStdio<Writable, null, Readable>

/** Milliseconds within which a child ends if it cannot reach the system's log; lines wait that long. */
const settlingTime = 200

/**
 * Milliseconds: the first pause before a restart, the longest one, and the life after which a child counts as sound.
 */
const firstPause = 1000
const maxRestartDelay = 60_000
const soundLife = 5000

/** Milliseconds that the child gets to pass on its lines when the output is closed. */
const writeTimeout = 1000

/** Bytes; far above any line that a message can make, and below what the socket takes. */
const maxLineLength = 32_768

/** How many lines are handed over at once; if the child dies meanwhile, they are written elsewhere. */
const maxLines = 200

export interface SyslogTargetParts {
  /** The tag of the lines. */
  readonly ident: string
  /** Takes the lines while there is no child. */
  readonly instead: (line: string) => void
  /** Called when the first of several starts in a row fails, and when a child takes lines again. */
  readonly failing: (reason: string) => void
  readonly restored: () => void
}

export class SyslogTarget implements LineTarget {
  readonly #parts: SyslogTargetParts
  #child: LoggerProcess | null = null
  #complaint = ''
  #failing = false
  #pause = 0
  #startAt = 0

  constructor(parts: SyslogTargetParts) {
    this.#parts = parts
  }

  /** Lines begin with their priority, as `<134>`. Never throws: lines that the child does not take go elsewhere. */
  async write(lines: readonly string[]): Promise<number> {
    const batch = lines.slice(0, maxLines)
    const child = this.#child ?? (Date.now() >= this.#startAt ? await this.#start() : null)
    if (child !== null && (await hand(child, batch.join('')))) {
      if (this.#failing) this.#parts.restored()
      this.#failing = false
      return batch.length
    }
    for (const line of batch) this.#parts.instead(line)
    return batch.length
  }

  async close(): Promise<void> {
    const child = this.#child
    if (child === null) return
    this.#child = null
    child.stdin.end()
    const given = AbortSignal.timeout(writeTimeout)
    await once(child, 'exit', { signal: given }).catch(() => child.kill())
  }

  async #start(): Promise<LoggerProcess | null> {
    const options = ['--prio-prefix', '--socket-errors=on', `--size=${maxLineLength}`, `--id=${process.pid}`]
    // In a process group of its own, so that Ctrl-C does not end the child: the last lines are sent after Ctrl-C.
    const child = spawn('logger', [...options, '--tag', this.#parts.ident], {
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    })
    const startedAt = Date.now()
    this.#complaint = ''
    child.stdin.on('error', () => undefined)
    // Line by line, because a line may arrive in pieces.
    createInterface({ input: child.stderr, crlfDelay: Infinity }).on('line', (line) => (this.#complaint = line.trim()))
    child.once('error', (error) => this.#ended(child, error.message, startedAt))
    child.once('close', (code, signal) => {
      this.#ended(child, this.#complaint || `logger ended with ${signal ?? `code ${code ?? 'unknown'}`}`, startedAt)
    })
    child.unref()
    this.#child = child
    await Promise.race([
      once(child, 'close').catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, settlingTime)),
    ])
    return this.#child
  }

  #ended(child: LoggerProcess, reason: string, startedAt: number): void {
    if (this.#child !== child) return
    this.#child = null
    const sound = Date.now() - startedAt >= soundLife
    this.#pause = sound ? 0 : Math.min(Math.max(this.#pause * 2, firstPause), maxRestartDelay)
    this.#startAt = Date.now() + this.#pause
    if (!this.#failing && !sound) {
      this.#failing = true
      this.#parts.failing(reason)
    }
  }
}

/** @returns whether the child took it */
function hand(child: LoggerProcess, text: string): Promise<boolean> {
  if (text === '') return Promise.resolve(true)
  return new Promise((resolve) => {
    child.stdin.write(text, (error) => resolve(error === null || error === undefined))
  })
}
