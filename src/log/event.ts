// One event on its way to the outputs, and the form of what turns it into a line.

import type { MessageFields, MessageId } from './message.ts'
import type { Severity } from './settings.ts'

export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly severity: Exclude<Severity, 'NONE'>
  /** The full logger name, such as `kea-ctrl-agent.http`. */
  readonly logger: string
  readonly id: MessageId
  /** The text of the message with its fields filled in and escaped. */
  readonly text: string
  /** The fields as they were given. */
  readonly fields: MessageFields
}

export type LineFormatter = (event: LogEvent) => string
