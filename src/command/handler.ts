// The interface of every command that the agent runs: its own ones and those of handler modules. Handlers take and
// return data; they know nothing of HTTP, sockets or other handlers.

import type { RawJson } from '../json/raw.ts'
import type { CallerContext } from './caller.ts'

/** A command, with the members of its envelope. */
export interface Command {
  readonly name: string
  /** The services that it goes to, in order; empty means the agent itself. */
  readonly services: readonly string[]
  /** The exact bytes of `arguments`, or null where there were none. */
  readonly arguments: RawJson | null
  readonly caller: CallerContext
}

export interface Handler {
  readonly name: string
  /** The right that a caller needs: one of Kea's two classes. */
  readonly access: 'read' | 'write'
  /**
   * Runs the command and returns one answer map (`result`, `text`, `arguments`) as JSON text.
   * If it throws, this command is answered with result 1; nothing else is affected.
   */
  run(command: Command): RawJson | Promise<RawJson>
}
