// What goes between the agent and the process of a handler module: a header as JSON and, in some messages, a payload of
// JSON text behind it, which the agent never parses.

import type { Caller } from './api.ts'

export type HookPoint = 'authenticated' | 'command-received' | 'command-processed'

export type Severity = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'

/** A command without its arguments, which are the payload. */
export interface CommandMessage {
  readonly name: string
  readonly services: readonly string[]
  readonly access: 'read' | 'write' | null
  readonly caller: Caller
  /** Bytes; null: the command has no arguments. Arguments that are too large are not sent. */
  readonly argumentsSize: number | null
}

/** A function of the module that is to be called. */
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

export type ToChild =
  /** The first message. Its payload is the map of parameters. */
  | { readonly kind: 'load'; readonly path: string }
  /** Its payload is the arguments of the command. */
  | { readonly kind: 'call'; readonly id: number; readonly call: Call }
  /** Its payload is the list of answers, unless there is a problem. */
  | { readonly kind: 'asked'; readonly id: number; readonly problem: string | null }
  | { readonly kind: 'ping' }

export interface RegisteredCommand {
  readonly name: string
  readonly access: 'read' | 'write'
}

export type FromChild =
  | { readonly kind: 'loaded'; readonly commands: readonly RegisteredCommand[]; readonly points: readonly HookPoint[] }
  | { readonly kind: 'not-loaded'; readonly reason: string }
  | { readonly kind: 'called'; readonly id: number; readonly result: CallResult }
  | { readonly kind: 'log'; readonly severity: Severity; readonly text: string }
  /** An error that belongs to no call. */
  | { readonly kind: 'unhandled'; readonly reason: string }
  | {
      readonly kind: 'ask'
      readonly id: number
      /** The call on whose behalf the module asks. Only the agent knows its caller. */
      readonly call: number
      readonly command: string
      readonly services: readonly string[]
    }
  | { readonly kind: 'pong' }

/** How a call ended in the process of the module. */
export type CallResult =
  /** The function returned nothing. */
  | { readonly kind: 'nothing' }
  /** It returned an answer, which is the payload. */
  | { readonly kind: 'answer' }
  /** It refused the caller. */
  | { readonly kind: 'refusal'; readonly text: string }
  /** It threw, or returned what it must not. */
  | { readonly kind: 'failure'; readonly reason: string }
  /** Its answer is larger than what may be sent. @see maxAnswer */
  | { readonly kind: 'too-large'; readonly bytes: number }
