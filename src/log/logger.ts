// Named loggers in a tree: what a logger does not set it takes from its nearest ancestor that does, up to the root.

import { hostname } from 'node:os'
import type { LineFormatter, LogEvent } from './event.ts'
import { createJsonFormatter } from './json-line.ts'
import type { LineStream } from './line-stream.ts'
import { checkLogFile } from './log-file.ts'
import type { Log, MessageDefinition, MessageFields, MessageId } from './message.ts'
import { messages } from './message.ts'
import { Outputs } from './outputs.ts'
import { compilePattern, defaultPattern, syslogPattern } from './pattern.ts'
import { isSyslog, plainOutput } from './settings.ts'
import type { LoggerSettings, OutputSettings } from './settings.ts'
import { syslogFormatter } from './syslog-priority.ts'
import { compileText } from './template.ts'
import { effectiveSettings, passes, rootLogger } from './tree.ts'

/** Where one message goes. Lines of one form are made once, however many outputs they go to. */
interface Route {
  readonly base: Pick<LogEvent, 'severity' | 'logger' | 'id'>
  readonly text: (fields: MessageFields) => string
  readonly outputs: readonly { readonly format: LineFormatter; readonly streams: readonly LineStream[] }[]
}

export interface LoggingOptions {
  /** `-d`: every logger at DEBUG, level 99. */
  readonly debug: boolean
  /** Where lines go until the configuration has been read: `stdout`, `stderr`, `syslog`, `syslog:NAME` or a file. */
  readonly earlyDestination: string
}

/** The process' logging: starts before the configuration is read, is switched by it, and closes last. */
export class Logging implements Log {
  readonly #debug: boolean
  readonly #outputs: Outputs
  readonly #hostname = hostname()
  #routes: ReadonlyMap<MessageId, Route> = new Map()

  /** @throws KeagateError when the early destination is a file that cannot be opened */
  constructor(options: LoggingOptions) {
    this.#debug = options.debug
    this.#outputs = new Outputs(rootLogger, {
      failing: (output, reason) => this.#complain('KEAGATE_LOG_OUTPUT_FAILED', { output, reason }),
      restored: (output, lost) => this.write('KEAGATE_LOG_OUTPUT_RESTORED', { output, lost }),
    })
    this.#switch([], plainOutput(options.earlyDestination))
  }

  /**
   * Switches to the configured loggers. Everything new is opened before anything old is let go.
   * @throws KeagateError when a log file cannot be opened; the loggers before stay in use
   */
  configure(loggers: readonly LoggerSettings[]): void {
    // Kea writes to standard error where a configuration names no place.
    this.#switch(loggers, plainOutput('stderr'))
  }

  enabled(id: MessageId): boolean {
    return this.#routes.has(id)
  }

  write(id: MessageId, fields: MessageFields = {}): void {
    const route = this.#routes.get(id)
    if (route === undefined) return
    const event = { ...route.base, time: Date.now(), text: route.text(fields), fields }
    for (const { format, streams } of route.outputs) {
      const line = format(event)
      for (const stream of streams) stream.write(line)
    }
  }

  /** Settles when every line has been written, or cannot be. */
  close(): Promise<void> {
    return this.#outputs.close()
  }

  #switch(loggers: readonly LoggerSettings[], fallback: OutputSettings): void {
    const settingsOf = effectiveSettings(loggers, fallback, this.#debug)
    this.#outputs.use([...loggers.flatMap(({ outputs }) => outputs ?? []), fallback])
    const formats = new Map<string, LineFormatter>()
    const routes = new Map<MessageId, Route>()
    for (const [id, definition] of messageTable()) {
      const settings = settingsOf(definition.logger)
      if (passes(definition, settings)) routes.set(id, this.#route(id, definition, settings.outputs, formats))
    }
    this.#routes = routes
  }

  #route(
    id: MessageId,
    definition: MessageDefinition,
    wanted: readonly OutputSettings[],
    formats: Map<string, LineFormatter>,
  ): Route {
    const outputs = new Map<LineFormatter, LineStream[]>()
    for (const output of wanted) {
      const key = JSON.stringify([output.format, output.pattern, isSyslog(output.output) ? output.output : ''])
      const format = formats.get(key) ?? this.#format(output)
      formats.set(key, format)
      outputs.set(format, [...(outputs.get(format) ?? []), this.#outputs.stream(output)])
    }
    return {
      base: { id, severity: definition.severity, logger: `${rootLogger}.${definition.logger}` },
      text: compileText(definition.text, definition.longest),
      outputs: [...outputs].map(([format, streams]) => ({ format, streams })),
    }
  }

  #format({ format, output, pattern }: OutputSettings): LineFormatter {
    const syslog = isSyslog(output)
    const usual = syslog ? syslogPattern : defaultPattern
    const line = format === 'json' ? createJsonFormatter() : compilePattern(pattern ?? usual, this.#hostname)
    return syslog ? syslogFormatter(output, line) : line
  }

  /** What befalls an output is said on standard error: the loggers may all lead to that output. */
  #complain(id: MessageId, fields: MessageFields): void {
    const route = this.#route(id, messages[id], [plainOutput('stderr')], new Map())
    const event = { ...route.base, time: Date.now(), text: route.text(fields), fields }
    for (const { format, streams } of route.outputs) for (const stream of streams) stream.write(format(event))
  }
}

/**
 * Whether `configure` could open every log file; nothing is created.
 * @throws KeagateError as `configure` does
 */
export function checkLoggers(loggers: readonly LoggerSettings[]): void {
  for (const { outputs } of loggers) for (const { path } of outputs ?? []) if (path !== null) checkLogFile(path)
}

function messageTable(): [MessageId, MessageDefinition][] {
  // The keys of the table are its ids.
  return Object.entries(messages) as [MessageId, MessageDefinition][]
}
