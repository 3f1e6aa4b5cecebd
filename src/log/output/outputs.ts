// The outputs that lines can go to. All loggers with the same output share its stream, also from one configuration to
// the next: a second stream would overtake lines that are still on their way.

import { closeSync } from 'node:fs'
import { resolve } from 'node:path'
import { LineStream, logDelay } from '../line-stream.ts'
import type { StreamEvents } from '../line-stream.ts'
import { KeagateError } from '../../errors.ts'
import { openLogFile } from './log-file.ts'
import type { OpenFile } from './log-file.ts'
import { LogFileTarget } from './log-file-target.ts'
import { StandardTarget } from './standard.ts'
import { SyslogTarget } from './syslog.ts'
import { isSyslog, sharedRotation } from '../settings.ts'
import type { OutputSettings } from '../settings.ts'
import { withoutPriority } from './syslog-priority.ts'

interface FileOutput {
  readonly stream: LineStream
  readonly target: LogFileTarget
}

/** A log file that cannot be opened now. */
export interface UnopenedFile {
  /** As written in the settings. */
  readonly path: string
  readonly error: KeagateError
}

/** Called when an output fails, with a reason for people, and when it works again. */
export interface OutputEvents {
  failing(output: string, reason: string): void
  restored(output: string, lost: number): void
}

export class Outputs {
  readonly #ident: string
  readonly #events: OutputEvents
  readonly #standard = new Map<1 | 2, LineStream>()
  #files: ReadonlyMap<string, FileOutput> = new Map()
  /** The absolute paths of the paths in the settings; kept because nearly every logger asks for the same one. */
  #absolute: ReadonlyMap<string, string> = new Map()
  #syslog: LineStream | null = null

  constructor(ident: string, events: OutputEvents) {
    this.#ident = ident
    this.#events = events
  }

  /**
   * Opens the outputs that are needed from now on and closes the others. Files are opened again by name, also those in
   * use: another program may have moved them.
   * @param mayFail whether the file of this path in the settings may be unusable; its lines go to standard error until
   * it can be opened
   * @returns the files that could not be opened
   * @throws KeagateError when another file cannot be opened; then all outputs are as before
   */
  use(wanted: readonly OutputSettings[], mayFail: (path: string) => boolean = () => false): readonly UnopenedFile[] {
    const absolute = new Map(wanted.flatMap(({ path }) => (path === null ? [] : [[path, resolve(path)]])))
    const byPath = new Map<string, OutputSettings[]>()
    for (const output of wanted) {
      const path = output.path === null ? undefined : absolute.get(output.path)
      if (path === undefined) continue
      const settings = byPath.get(path)
      if (settings === undefined) byPath.set(path, [output])
      else settings.push(output)
    }
    const { opened, unopened } = openAll(byPath, mayFail)
    const files = new Map<string, FileOutput>()
    for (const [path, settings] of byPath) files.set(path, this.#file(path, opened.get(path) ?? null, settings))
    for (const [path, { stream }] of this.#files) if (files.get(path)?.stream !== stream) void stream.close()
    this.#files = files
    this.#absolute = absolute
    if (this.#syslog !== null && !wanted.some(({ output }) => isSyslog(output))) {
      void this.#syslog.close()
      this.#syslog = null
    }
    return unopened
  }

  /** The stream of an output that is in use. */
  stream(output: OutputSettings): LineStream {
    if (output.path !== null) {
      const file = this.#files.get(this.#absolute.get(output.path) ?? '')
      if (file !== undefined) return file.stream
    }
    if (isSyslog(output.output)) return (this.#syslog ??= this.#openSyslog())
    return this.standard(output.output === 'stdout' ? 1 : 2)
  }

  standard(fd: 1 | 2): LineStream {
    let stream = this.#standard.get(fd)
    if (stream === undefined) {
      // There is no place where a failure of standard error could be reported.
      const events = fd === 1 ? this.#eventsOf('stdout') : { failing: () => undefined, restored: () => undefined }
      stream = new LineStream(new StandardTarget(fd), events, logDelay(true))
      this.#standard.set(fd, stream)
    }
    return stream
  }

  /** Settles when every line has been written or given up. */
  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map(({ stream }) => stream.close()))
    await this.#syslog?.close()
    // Last, because the other outputs may report failures there.
    await Promise.all([...this.#standard.values()].map((stream) => stream.close()))
  }

  /** @param file null: it cannot be opened */
  #file(path: string, file: OpenFile | null, settings: readonly OutputSettings[]): FileOutput {
    const rotation = sharedRotation(settings)
    const flush = settings.some((output) => output.flush)
    const known = this.#files.get(path)
    if (known !== undefined && file !== null) {
      known.target.adopt(file, rotation)
      known.stream.delay = logDelay(flush)
      known.stream.start()
      return known
    }
    const cannotRotate = (reason: string): void => this.#events.failing(path, `it cannot be rotated: ${reason}`)
    const events = this.#eventsOf(path)
    const instead = (line: string): void => this.standard(2).write(line)
    const opened = (): void => events.restored(0)
    const target = new LogFileTarget({ path, file, rotation, cannotRotate, instead, opened })
    return { target, stream: new LineStream(target, events, logDelay(flush)) }
  }

  #openSyslog(): LineStream {
    const events = this.#eventsOf('syslog')
    const target = new SyslogTarget({
      ident: this.#ident,
      instead: (line) => this.standard(2).write(withoutPriority(line)),
      failing: (reason) => events.failing(`${reason}; its lines go to standard error`),
      restored: () => events.restored(0),
    })
    return new LineStream(target, events, logDelay(true))
  }

  #eventsOf(output: string): StreamEvents {
    return {
      failing: (reason) => this.#events.failing(output, reason),
      restored: (lost) => this.#events.restored(output, lost),
    }
  }
}

interface Opening {
  /** By absolute path. */
  readonly opened: ReadonlyMap<string, OpenFile>
  readonly unopened: readonly UnopenedFile[]
}

/** @throws KeagateError; then no file is left open */
function openAll(wanted: ReadonlyMap<string, readonly OutputSettings[]>, mayFail: (path: string) => boolean): Opening {
  const opened = new Map<string, OpenFile>()
  const unopened: UnopenedFile[] = []
  try {
    for (const [absolute, settings] of wanted) {
      try {
        opened.set(absolute, openLogFile(absolute))
      } catch (error) {
        const path = settings[0]?.path ?? absolute
        if (!(error instanceof KeagateError) || !mayFail(path)) throw error
        unopened.push({ path, error })
      }
    }
  } catch (error) {
    for (const { fd } of opened.values()) closeSync(fd)
    throw error
  }
  return { opened, unopened }
}
