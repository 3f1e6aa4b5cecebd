// An event of the log, and the types of the functions that make a line of it.

import type { MessageFields, MessageId } from './message.ts'
import type { Severity } from './settings.ts'

/** The parts that are the same for all events of one message. */
export interface LogSource {
  readonly severity: Exclude<Severity, 'NONE'>
  /** The full logger name, such as `kea-ctrl-agent.http`. */
  readonly logger: string
  readonly id: MessageId
}

export interface LogEvent extends LogSource {
  /** Milliseconds since the epoch. */
  readonly time: number
  /** The text of the message with its fields filled in and escaped. */
  readonly text: string
  /** The fields as they were given. */
  readonly fields: MessageFields
}

export type LineFormatter = (event: LogEvent) => string

/** Makes the formatter of one message. Done once for each message, so that a line is little more than joined texts. */
export type LineForm = (source: LogSource) => LineFormatter
