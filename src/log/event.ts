// One event on its way to the outputs, and the form of what turns it into a line.

import type { MessageFields, MessageId } from './message.ts'
import type { Severity } from './settings.ts'

/** What is the same for all events of one message. */
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

/** The form of the lines of one output: made ready for each message once, so that a line is little more than a sum. */
export type LineForm = (source: LogSource) => LineFormatter
