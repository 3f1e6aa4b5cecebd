// What a handler module is: the public contract, `import type { HandlerModule } from 'keagate'`. Nothing here but types.
//
// A module is an ES module with the exports of `HandlerModule`. It runs in a thread of its own: what it throws, however
// long it computes and whatever it leaks costs nobody else anything.

/** JSON as JavaScript reads it. Numbers beyond 2^53 lose digits; the text beside it does not. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Who sent a command: three facts of which none proves another. */
export interface Caller {
  readonly remoteAddress: string
  /** The verified client certificate, or null. */
  readonly tls: {
    readonly subject: string
    readonly issuer: string
    readonly subjectAltNames: readonly string[]
    /** Upper-case hex. */
    readonly serial: string
    /** SHA-256, upper-case hex pairs joined by colons. */
    readonly fingerprint: string
    /** Milliseconds since the epoch, as the next. */
    readonly notBefore: number
    readonly notAfter: number
  } | null
  /** The user that basic authentication proved, or null where nobody is asked. */
  readonly user: string | null
}

export interface ReceivedCommand {
  readonly name: string
  /** The members of `service`; empty where the agent itself is meant. */
  readonly services: readonly string[]
  /** undefined where the command has no arguments. */
  readonly arguments: Json | undefined
  /** The same as the exact text received. */
  readonly argumentsText: string | undefined
  /** The right it takes, by Kea's own table or the module that registered it; null for an unknown command. */
  readonly access: 'read' | 'write' | null
  readonly caller: Caller
}

/** How a command ended; `results` and `services` go together, one entry where the agent itself answered. */
export interface ProcessedCommand extends ReceivedCommand {
  /** The result number of each answer, or null where the answer has none. */
  readonly results: readonly (number | null)[]
  /** Milliseconds that it took in all. */
  readonly duration: number
}

/** Kea's answer map. */
export interface Answer {
  /** 0 success, 1 error, 2 unsupported, 3 nothing found. */
  readonly result: number
  readonly text?: string
  readonly arguments?: Json
}

export interface CommandHandler {
  /** The right that a caller needs. */
  readonly access: 'read' | 'write'
  run(command: ReceivedCommand): Answer | Promise<Answer>
}

/** What a module is given when it is loaded. */
export interface ModuleContext {
  /** `parameters` of the configuration, checked against the schema of the module. */
  readonly parameters: { readonly [key: string]: Json }
  /** Writes a line to the log of the agent. */
  log(severity: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR', text: string): void
  /**
   * Sends a command to daemons on behalf of the caller of another one, with his rights and no others.
   * Resolves to one answer for each service, in that order. Rejects only where the caller may not do it.
   */
  ask(on: ReceivedCommand, command: string, services: readonly string[], args?: Json): Promise<readonly Answer[]>
}

/** A loaded module. Every member is optional. */
export interface LoadedModule {
  /** By name. They go before the agent's own commands and before forwarding, whatever `service` says. */
  readonly commands?: { readonly [name: string]: CommandHandler }
  /** Before each command of a caller. A text refuses it with a 403 that gives the text as the reason. */
  authenticated?(caller: Caller): string | undefined | Promise<string | undefined>
  /** Before a permitted command runs. An answer ends it: no daemon sees it. */
  commandReceived?(command: ReceivedCommand): Answer | undefined | Promise<Answer | undefined>
  /** After a command was run; its answer is on its way already. */
  commandProcessed?(command: ProcessedCommand): void | Promise<void>
  /** The configuration with this module is in force. */
  start?(): void | Promise<void>
  /** The module is no longer needed; its thread ends when this settles, or soon after. */
  stop?(): void | Promise<void>
}

export interface HandlerModule {
  /** A JSON schema (draft-07) of `parameters`; without it there must be none. */
  readonly parameters?: { readonly [key: string]: Json }
  /** @throws to refuse the configuration, with a sentence for the operator */
  load(context: ModuleContext): LoadedModule | Promise<LoadedModule>
}
