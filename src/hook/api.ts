// What a handler module is: the public contract, `import type { HandlerModule } from 'keagate'`. Types, and one
// function that does nothing but let the compiler look.
//
// A module is an ES module with the exports of `HandlerModule`, and no others. It runs in a process of its own: what it
// throws, how long it computes and what it leaks spoil its own commands only.

/** JSON as JavaScript reads it. Numbers beyond 2^53 lose digits; the text beside it does not. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Who sent a command: three facts of which none proves another. */
export interface Caller {
  readonly remoteAddress: string
  /** The trusted proxy that named the address; absent: the client connected to the agent itself. */
  readonly proxy?: string
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
  /** The user that basic authentication proved, or null where no user is asked for. */
  readonly user: string | null
}

/** A command that a module is given. It cannot be changed. */
export interface ReceivedCommand {
  readonly name: string
  /** The members of `service`; empty where the agent itself is meant. */
  readonly services: readonly string[]
  /**
   * undefined where the command has no arguments, and where they have more than 4 MiB. They are parsed when they are
   * looked at for the first time.
   */
  readonly arguments: Json | undefined
  /** The same as the exact text received. */
  readonly argumentsText: string | undefined
  /** Bytes of the text received, also where it is too large to be given; 0 where the command has no arguments. */
  readonly argumentsSize: number
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

/**
 * Kea's answer map. It is checked like the answer of a daemon: at most 4 MiB of JSON, 100 maps and lists inside each
 * other, no lone surrogates. Another one becomes result 1.
 * @template Arguments what `arguments` is, where that is known: no type with an index of its own, so no `interface`
 */
export interface Answer<Arguments extends Json = Json> {
  /** 0 success, 1 error, 2 unsupported, 3 nothing found. */
  readonly result: number
  readonly text?: string
  readonly arguments?: Arguments
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
   * Sends a command to daemons with the rights of the caller of another one, and no others.
   * Resolves to one answer for each service, in that order. Answers of more than 4 MiB together are an error of the
   * service that passes this. Rejects where the caller may not do it, and where `on` has ended.
   * @param on a command that the module was given and has not answered
   * @param args at most 4 MiB of JSON
   */
  ask(
    on: ReceivedCommand,
    command: string,
    services: readonly string[],
    args?: { readonly [key: string]: Json } | readonly Json[],
  ): Promise<readonly Answer[]>
}

/** A loaded module. Every member is optional; one that is not named here is refused. */
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
  /** The module is no longer needed; its process ends when this settles, or soon after. */
  stop?(): void | Promise<void>
}

export interface HandlerModule {
  /** A JSON schema (draft-07) of `parameters`; without it there must be none. */
  readonly parameters?: { readonly [key: string]: Json }
  /** @throws to refuse the configuration, with a sentence for the operator */
  load(context: ModuleContext): LoadedModule | Promise<LoadedModule>
}

/** A loaded module with nothing beside the contract: what else it has must not be there. */
export type Exactly<Loaded extends LoadedModule> = Loaded & Nothing<Exclude<keyof Loaded, keyof LoadedModule>> & {
  readonly commands?: {
    readonly [Name in keyof Loaded['commands']]: Nothing<Exclude<keyof Loaded['commands'][Name], keyof CommandHandler>>
  }
}

/** `unknown` where there are no names: an empty map would hide from TypeScript that all members are optional. */
type Nothing<Names extends PropertyKey> = [Names] extends [never] ? unknown : { readonly [Name in Names]: never }

/**
 * Gives a module back as it is. The compiler then finds a misspelt member, of the module, of what `load` returns and of
 * a command: `export const { parameters, load } = defineHandler({ ... })`. Plain types cannot: every member is
 * optional, and TypeScript lets a function return more than it is asked for.
 */
export function defineHandler<const Loaded extends LoadedModule>(module: {
  readonly parameters?: { readonly [key: string]: Json }
  load(context: ModuleContext): Exactly<Loaded> | Promise<Exactly<Loaded>>
}): HandlerModule {
  return module
}
