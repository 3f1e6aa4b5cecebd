// Named loggers in a tree: a logger without a setting of its own uses its nearest ancestor's, down to the root.

import { hostname } from 'node:os'
import { escapeForLog } from './escape.ts'
import type { Log, MessageDefinition, MessageFields, MessageId } from './message.ts'
import { messages } from './message.ts'
import { checkLogFile, fileStream, standardStream } from './output.ts'
import type { LogStream } from './output.ts'
import { compilePattern, defaultPattern } from './pattern.ts'
import type { LineFormatter } from './pattern.ts'
import type { LoggerSettings, OutputSettings, Severity } from './settings.ts'

/** The root logger's name; operators' configurations and log filters know it. */
export const rootLogger = 'kea-ctrl-agent'

const weights: Readonly<Record<Severity, number>> = { DEBUG: 10, INFO: 20, WARN: 30, ERROR: 40, FATAL: 50, NONE: 99 }

interface Output {
  readonly stream: LogStream
  readonly format: LineFormatter
}

interface Sink {
  readonly severity: Severity
  readonly debugLevel: number
  readonly outputs: readonly Output[]
}

export interface LoggingOptions {
  /** `-d`: every logger at DEBUG, level 99. */
  readonly debug: boolean
  /** Where lines go until the configuration has been read: `stdout`, `stderr` or a file. */
  readonly earlyDestination: string
}

/** The process' logging: starts before the configuration is read, is switched by it, and closes last. */
export class Logging implements Log {
  readonly #debug: boolean
  #sinks: ReadonlyMap<string, Sink>
  /** Kept from one configuration to the next: a second stream would overtake what is still on its way. */
  readonly #standard = new Map<1 | 2, LogStream>()
  #files: LogStream[] = []

  /** @throws KeagateError when the early destination is a file that cannot be opened */
  constructor(options: LoggingOptions) {
    this.#debug = options.debug
    this.#sinks = this.#rootOnly(options.earlyDestination)
  }

  /**
   * Switches to the configured loggers. Everything new is opened before anything old is let go.
   * @throws KeagateError when a log file cannot be opened; the loggers before stay in use
   */
  configure(loggers: readonly LoggerSettings[]): void {
    const before = this.#files
    this.#files = []
    try {
      // Kea writes to standard error when a configuration names no loggers.
      this.#sinks = loggers.length === 0 ? this.#rootOnly('stderr') : this.#build(loggers)
    } catch (error) {
      closeAll(this.#files)
      this.#files = before
      throw error
    }
    closeAll(before)
  }

  enabled(id: MessageId): boolean {
    return this.#passes(messages[id], this.#sinkOf(messages[id]))
  }

  write(id: MessageId, fields: MessageFields = {}): void {
    const definition = messages[id]
    const sink = this.#sinkOf(definition)
    if (!this.#passes(definition, sink)) return
    const event = {
      time: Date.now(),
      severity: definition.severity,
      logger: `${rootLogger}.${definition.logger}`,
      message: `${id} ${fill(definition.text, fields)}`,
    }
    for (const { stream, format } of sink.outputs) stream.write(format(event))
  }

  /** Settles when every line has been written, or cannot be. */
  async close(): Promise<void> {
    await Promise.all([...this.#files, ...this.#standard.values()].map((stream) => stream.close()))
  }

  #passes(definition: MessageDefinition, sink: Sink): boolean {
    if (weights[definition.severity] < weights[sink.severity]) return false
    return definition.severity !== 'DEBUG' || (definition.debugLevel ?? 0) <= sink.debugLevel
  }

  #sinkOf(definition: MessageDefinition): Sink {
    const sink = this.#sinks.get(definition.logger) ?? this.#sinks.get('')
    return sink ?? { severity: 'NONE', debugLevel: 0, outputs: [] }
  }

  #rootOnly(destination: string): ReadonlyMap<string, Sink> {
    const outputs = [this.#open({ destination, flush: true, pattern: null })]
    return new Map([['', { severity: this.#debug ? 'DEBUG' : 'INFO', debugLevel: this.#debug ? 99 : 0, outputs }]])
  }

  #build(loggers: readonly LoggerSettings[]): ReadonlyMap<string, Sink> {
    // Of several loggers with one name the last counts, as in Kea.
    const root = loggers.findLast((logger) => logger.name === rootLogger)
    const rootSink = this.#sink(root, {
      severity: 'INFO',
      debugLevel: 0,
      outputs: root?.outputs == null ? [this.#open({ destination: 'stderr', flush: true, pattern: null })] : [],
    })
    const sinks = new Map<string, Sink>([['', rootSink]])
    for (const logger of loggers) {
      if (logger.name.startsWith(`${rootLogger}.`)) {
        sinks.set(logger.name.slice(rootLogger.length + 1), this.#sink(logger, rootSink))
      }
    }
    return sinks
  }

  #sink(logger: LoggerSettings | undefined, parent: Sink): Sink {
    const outputs = logger?.outputs?.map((output) => this.#open(outputOf(output)))
    if (this.#debug) return { severity: 'DEBUG', debugLevel: 99, outputs: outputs ?? parent.outputs }
    return {
      severity: logger?.severity ?? parent.severity,
      debugLevel: logger?.severity == null ? parent.debugLevel : logger.debugLevel,
      outputs: outputs ?? parent.outputs,
    }
  }

  #open(wanted: { destination: string; flush: boolean; pattern: string | null }): Output {
    const format = compilePattern(wanted.pattern ?? defaultPattern, hostname())
    return { stream: this.#streamTo(wanted.destination, wanted.flush), format }
  }

  #streamTo(destination: string, flush: boolean): LogStream {
    const fd = destination === 'stdout' ? 1 : destination === 'stderr' || isSyslog(destination) ? 2 : null
    if (fd === null) {
      const file = fileStream(destination, flush)
      this.#files.push(file)
      return file
    }
    const stream = this.#standard.get(fd) ?? standardStream(fd)
    this.#standard.set(fd, stream)
    return stream
  }
}

/**
 * Whether `configure` could open every log file; nothing is created.
 * @throws KeagateError as `configure` does
 */
export function checkLoggers(loggers: readonly LoggerSettings[]): void {
  for (const { outputs } of loggers) for (const { path } of outputs ?? []) if (path !== null) checkLogFile(path)
}

function closeAll(streams: readonly LogStream[]): void {
  for (const stream of streams) void stream.close()
}

/** Syslog outputs go to standard error, which a service manager hands on to the system's log; the daemon says so. */
export function isSyslog(destination: string): boolean {
  return destination === 'syslog' || destination.startsWith('syslog:')
}

function outputOf(output: OutputSettings): { destination: string; flush: boolean; pattern: string | null } {
  return { destination: output.path ?? output.output, flush: output.flush, pattern: output.pattern }
}

/** Puts the fields into a text. A place whose field was not given stays visible as written. */
function fill(text: string, fields: MessageFields): string {
  return text.replaceAll(/\{([a-z-]+)\}/g, (place, name: string) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    return value === undefined ? place : escapeForLog(String(value))
  })
}
