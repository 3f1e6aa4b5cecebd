// What goes between the agent and the thread of a handler module.

import type { Caller } from './api.ts'

export type HookPoint = 'authenticated' | 'command-received' | 'command-processed'

/** A command as text, so that no digit is lost on the way. */
export interface CommandMessage {
  readonly name: string
  readonly services: readonly string[]
  readonly argumentsText: string | null
  readonly access: 'read' | 'write' | null
  readonly caller: Caller
}

export type Call =
  | { readonly kind: 'run'; readonly command: CommandMessage }
  | { readonly kind: 'authenticated'; readonly caller: Caller }
  | { readonly kind: 'command-received'; readonly command: CommandMessage }
  | {
      readonly kind: 'command-processed'
      readonly command: CommandMessage
      readonly results: readonly (number | null)[]
      /** Milliseconds. */
      readonly duration: number
    }
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }

/** How a call ended. `text` is JSON; null: nothing was returned. */
export type CallOutcome =
  | { readonly ok: true; readonly text: string | null }
  | { readonly ok: false; readonly reason: string }

export type ToThread =
  | { readonly kind: 'call'; readonly id: number; readonly call: Call }
  | { readonly kind: 'asked'; readonly id: number; readonly outcome: CallOutcome }

export type FromThread =
  | {
      readonly kind: 'loaded'
      readonly commands: readonly { readonly name: string; readonly access: 'read' | 'write' }[]
      readonly points: readonly HookPoint[]
    }
  | { readonly kind: 'not-loaded'; readonly reason: string }
  | { readonly kind: 'called'; readonly id: number; readonly outcome: CallOutcome }
  | { readonly kind: 'log'; readonly severity: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'; readonly text: string }
  /** Something that no call waits for went wrong. */
  | { readonly kind: 'leaked'; readonly reason: string }
  | {
      readonly kind: 'ask'
      readonly id: number
      /** The call on whose behalf. */
      readonly caller: Caller
      readonly command: string
      readonly services: readonly string[]
      readonly argumentsText: string | null
    }
  /** Sent in short intervals: the thread is not stuck in a computation. */
  | { readonly kind: 'alive' }

export interface ThreadData {
  readonly path: string
  /** JSON text of the map. */
  readonly parameters: string
}
