// Named loggers in a tree: a setting that a logger lacks is that of its nearest ancestor with this setting.

import { hostname } from 'node:os'
import type { LineForm, LineFormatter, LogEvent, LogSource } from './event.ts'
import { createJsonFormatter } from './json-line.ts'
import type { LineStream } from './line-stream.ts'
import type { Log, MessageDefinition, MessageFields, MessageId } from './message.ts'
import { messages } from './message.ts'
import { Outputs } from './output/outputs.ts'
import type { UnopenedFile } from './output/outputs.ts'
import { compilePattern, defaultPattern, syslogPattern } from './pattern.ts'
import { isSyslog, plainOutput } from './settings.ts'
import type { LoggerSettings, OutputSettings } from './settings.ts'
import { syslogForm } from './output/syslog-priority.ts'
import { compileText } from './template.ts'
import { effectiveSettings, passes, rootLogger } from './hierarchy.ts'

/** Where the lines of one message go. A line is formatted once for all outputs of the same form. */
interface Route {
  readonly source: LogSource
  readonly text: (fields: MessageFields) => string
  readonly outputs: readonly { readonly format: LineFormatter; readonly streams: readonly LineStream[] }[]
}

export interface LoggingOptions {
  /** `-d`: every logger at DEBUG, level 99. */
  readonly debug: boolean
  /** Where lines go until the configuration has been read: `stdout`, `stderr`, `syslog`, `syslog:NAME` or a file. */
  readonly earlyDestination: string
}

/** The logging of the process: starts before the configuration is read, is switched by it, and closes last. */
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
   * Switches to the configured loggers. All new outputs are opened before old ones are closed.
   * @param mayFail which files may be unusable; their lines go to standard error until they can be opened
   * @returns the files among these that cannot be opened
   * @throws KeagateError when another log file cannot be opened; the loggers before stay in use
   */
  configure(loggers: readonly LoggerSettings[], mayFail?: (path: string) => boolean): readonly UnopenedFile[] {
    // As Kea, which writes to standard error where a configuration names no output.
    return this.#switch(loggers, plainOutput('stderr'), mayFail)
  }

  enabled(id: MessageId): boolean {
    return this.#routes.has(id)
  }

  write(id: MessageId, fields: MessageFields = {}): void {
    const route = this.#routes.get(id)
    if (route === undefined) return
    writeTo(route, fields)
  }

  /** Settles when every line has been written or given up. */
  close(): Promise<void> {
    return this.#outputs.close()
  }

  #switch(
    loggers: readonly LoggerSettings[],
    fallback: OutputSettings,
    mayFail?: (path: string) => boolean,
  ): readonly UnopenedFile[] {
    const settingsOf = effectiveSettings(loggers, fallback, this.#debug)
    const unopened = this.#outputs.use([...loggers.flatMap(({ outputs }) => outputs ?? []), fallback], mayFail)
    const forms = new Map<string, LineForm>()
    const routes = new Map<MessageId, Route>()
    for (const [id, definition] of messageTable()) {
      const settings = settingsOf(definition.logger)
      if (passes(definition, settings)) routes.set(id, this.#route(id, definition, settings.outputs, forms))
    }
    this.#routes = routes
    return unopened
  }

  #route(
    id: MessageId,
    definition: MessageDefinition,
    wanted: readonly OutputSettings[],
    forms: Map<string, LineForm>,
  ): Route {
    const outputs = new Map<LineForm, LineStream[]>()
    for (const output of wanted) {
      const key = JSON.stringify([output.format, output.pattern, isSyslog(output.output) ? output.output : ''])
      const form = forms.get(key) ?? this.#form(output)
      forms.set(key, form)
      outputs.set(form, [...(outputs.get(form) ?? []), this.#outputs.stream(output)])
    }
    const source = { id, severity: definition.severity, logger: `${rootLogger}.${definition.logger}` }
    return {
      source,
      text: compileText(definition.text, definition.longest),
      outputs: [...outputs].map(([form, streams]) => ({ format: form(source), streams })),
    }
  }

  #form({ format, output, pattern }: OutputSettings): LineForm {
    const syslog = isSyslog(output)
    const usual = syslog ? syslogPattern : defaultPattern
    const form = format === 'json' ? jsonForm() : compilePattern(pattern ?? usual, this.#hostname)
    return syslog ? syslogForm(output, form) : form
  }

  /** Reports the failure of an output on standard error, because all loggers may lead to that output. */
  #complain(id: MessageId, fields: MessageFields): void {
    const route = this.#route(id, messages[id], [plainOutput('stderr')], new Map())
    writeTo(route, fields)
  }
}

function jsonForm(): LineForm {
  const format = createJsonFormatter()
  return () => format
}

function writeTo({ source, text, outputs }: Route, fields: MessageFields): void {
  const { severity, logger, id } = source
  const event: LogEvent = { severity, logger, id, time: Date.now(), text: text(fields), fields }
  for (const { format, streams } of outputs) {
    const line = format(event)
    for (const stream of streams) stream.write(line)
  }
}

function messageTable(): [MessageId, MessageDefinition][] {
  // The keys of the table are its ids.
  return Object.entries(messages) as [MessageId, MessageDefinition][]
}
