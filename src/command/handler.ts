// The one interface behind which every command lives: the agent's own and those of handler modules.
// Handlers get data and give data; they know nothing of HTTP, sockets or other handlers.

import type { RawJson } from '../json/raw.ts'
import type { CallerContext } from './caller.ts'

/** A command as its envelope named it. */
export interface Command {
  readonly name: string
  /** The members of `service` in order; empty means the agent itself. */
  readonly services: readonly string[]
  /** The exact bytes of `arguments`, or null where there were none. */
  readonly arguments: RawJson | null
  readonly caller: CallerContext
}

export interface Handler {
  readonly name: string
  /** The right a caller needs, in Kea's two classes. */
  readonly access: 'read' | 'write'
  /**
   * Runs the command and returns one answer map (`result`, `text`, `arguments`) as JSON text.
   * A throw becomes a result-1 answer for this command and nothing else.
   */
  run(command: Command): RawJson | Promise<RawJson>
}
