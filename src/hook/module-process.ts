// The process of one handler module: its channel, what it prints, and a watch over its time and its memory.

import { readFile } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { maxAnswer, maxHeader, maxResident } from './bounds.ts'
import { readFromChild } from './check-message.ts'
import { exitReason } from './exit-reason.ts'
import type { Payload } from './frame.ts'
import { FrameReader, writeFrame } from './frame.ts'
import { JsonPayload } from './json-payload.ts'
import type { LaunchedModule } from './launch.ts'
import { launchModule } from './launch.ts'
import type { LineQuota } from './line-quota.ts'
import type { MemoryReserve } from './memory.ts'
import type { FromChild, ToChild } from './messages.ts'
import { PrintedLines } from './printed-lines.ts'
import { readInTurns } from './read-in-turns.ts'

export interface ProcessEvents {
  /** @param payload null: it has none. The receiver releases it. */
  message(message: FromChild, payload: JsonPayload | null): void
  printed(line: string): void
  /** The process and all that it started are gone. Called once. */
  ended(reason: string): void
}

export interface ProcessParts {
  readonly memory: MemoryReserve
  /** For the lines that the process prints. */
  readonly quota: LineQuota
  readonly events: ProcessEvents
}

/** Milliseconds between two looks at the process. */
const watchInterval = 500
/**
 * After the first number of looks without a sign of life, the process is asked for one; after the second, it is stuck.
 */
const [pingAfter, stuckAfter] = [2, 10]
/** Milliseconds that the end of a process may take. */
const endTime = 2000
/** How many characters are kept of what the supervisor writes. */
const maxReport = 64

export class ModuleProcess {
  readonly #parts: ProcessParts
  readonly #launched: LaunchedModule
  readonly #reader = new FrameReader({ maxHeader, maxPayload: maxAnswer }, {
    header: (text, payloadSize) => this.#begin(text, payloadSize),
    payload: (chunk) => this.#payload?.push(chunk),
    end: () => this.#complete(),
  })
  /** What the supervisor has written: the process id, and the exit status. */
  #report = ''
  #message: FromChild | null = null
  #payload: JsonPayload | null = null
  readonly #watch = setInterval(() => this.#checkHealth(), watchInterval)
  #mustAnswer = false
  /**
   * Looks since the last sign of life. A count, not a time, so that it does not grow while the agent itself stands
   * still.
   */
  #silentLooks = 0
  /** Why the process is being ended. */
  #reason: string | null = null
  #ending: NodeJS.Timeout | null = null
  readonly #gone: Promise<void>

  /** @throws Error when no process can be started */
  constructor(path: string, parts: ProcessParts) {
    this.#parts = parts
    const launched = (this.#launched = launchModule(path))
    const { channel, lifeline, stdout, stderr } = launched
    for (const stream of [channel, lifeline, stdout, stderr]) stream.on('error', () => undefined)
    readInTurns(channel, (chunk) => this.#read(chunk))
    channel.on('close', () => this.#finish())
    lifeline.on('data', (chunk) => {
      if (this.#report.length < maxReport) this.#report += chunk.toString('latin1')
    })
    for (const stream of [stdout, stderr]) {
      const lines = new PrintedLines(parts.quota, (line) => parts.events.printed(line))
      readInTurns(stream, (chunk) => lines.push(chunk))
      stream.on('end', () => lines.end())
    }
    launched.process.on('error', (error) => (this.#reason ??= `its process cannot be started: ${error.message}`))
    launched.process.on('exit', () => this.#killGroup())
    this.#gone = new Promise((resolve) => launched.process.on('close', () => {
      this.#ended()
      resolve()
    }))
  }

  /** @param onWritten called when the process has been given all of it, or never will be */
  send(message: ToChild, payload: Payload | null = null, onWritten?: () => void): void {
    const channel: Writable = this.#launched.channel
    writeFrame(channel, message, payload, onWritten)
  }

  /** The module is loaded: from now on, its process is ended when it gives no sign of life for too long. */
  expectAnswers(): void {
    this.#mustAnswer = true
  }

  /** Ends the process and all that it has started. Settles when nothing of it is left. */
  end(reason: string): Promise<void> {
    this.#reason ??= reason
    this.#finish()
    return this.#gone
  }

  #begin(text: string, payloadSize: number): void {
    this.#message = readFromChild(text)
    if (this.#message === null) this.#abuse()
    this.#payload = payloadSize === 0 ? null : new JsonPayload(this.#parts.memory.tryReserve(payloadSize))
  }

  /** A frame is complete. */
  #complete(): void {
    const message = this.#message
    const payload = this.#payload
    this.#message = this.#payload = null
    if (message === null || this.#reason !== null) payload?.release()
    else if (message.kind === 'pong') this.#silentLooks = 0
    else this.#parts.events.message(message, payload)
  }

  #read(chunk: Buffer): void {
    if (this.#reason === null && !this.#reader.push(chunk)) this.#abuse()
  }

  #abuse(): void {
    void this.end('it wrote into the channel of the agent (descriptor 3) and was ended')
  }

  #checkHealth(): void {
    void this.#weigh()
    if (!this.#mustAnswer) return
    this.#silentLooks++
    if (this.#silentLooks === pingAfter) this.send({ kind: 'ping' })
    if (this.#silentLooks <= stuckAfter) return
    void this.end(`it computed for more than ${stuckAfter * watchInterval} ms without a pause and was ended`)
  }

  /** Checks the memory of the process: V8 limits only its own heap, without buffers. */
  async #weigh(): Promise<void> {
    const mebibytes = await residentMemory(this.#report)
    if (mebibytes > maxResident) void this.end(`it took ${mebibytes} MiB of memory, more than ${maxResident}, and was ended`)
  }

  #finish(): void {
    if (this.#ending !== null) return
    this.#launched.lifeline.end()
    this.#ending = setTimeout(() => this.#force(), endTime)
  }

  /** Ends the process where the supervisor has not done so in time. */
  #force(): void {
    this.#killGroup()
    for (const stream of this.#launched.process.stdio) stream?.destroy()
  }

  /** Kills the process and all that it has started, except what it gave a process group of its own. */
  #killGroup(): void {
    const { pid } = this.#launched.process
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // None of them is left.
    }
  }

  #ended(): void {
    clearInterval(this.#watch)
    if (this.#ending !== null) clearTimeout(this.#ending)
    this.#payload?.release()
    this.#payload = null
    const status = this.#report.split('\n')[1] ?? ''
    this.#parts.events.ended(this.#reason ?? exitReason(status === '' ? null : Number(status)))
  }
}

/** @returns MiB; 0 where the system does not tell */
async function residentMemory(report: string): Promise<number> {
  const pid = /^\d+(?=\n)/.exec(report)?.[0]
  if (pid === undefined) return 0
  try {
    const kibibytes = /^VmRSS:\s*(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0
    return Math.round(Number(kibibytes) / 1024)
  } catch {
    return 0
  }
}
