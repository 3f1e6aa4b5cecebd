// What a handler module is: the public contract, `import type { HandlerModule } from 'keagate'`. Types, and one
// function that only helps the compiler to check modules.
//
// A module is an ES module with the exports of `HandlerModule`, and no others. It runs in a process of its own:
// exceptions, long computations and leaks affect only its own commands.

/** JSON as JavaScript reads it. Numbers beyond 2^53 lose digits, which `argumentsText` keeps. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Who sent a command: address, certificate and user. None of these proves another. */
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
    /** Milliseconds since the epoch, like `notAfter`. */
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
   * read for the first time.
   */
  readonly arguments: Json | undefined
  /** The arguments as the exact text received. */
  readonly argumentsText: string | undefined
  /** Bytes of the text received, also where it is too large to be given; 0 where the command has no arguments. */
  readonly argumentsSize: number
  /**
   * The right that it requires, from Kea's own table or from the module that registered it; null: the command is
   * unknown.
   */
  readonly access: 'read' | 'write' | null
  readonly caller: Caller
}

/** How a command ended. `results` has one entry for each of `services`, or one where the agent itself answered. */
export interface ProcessedCommand extends ReceivedCommand {
  /** The result number of each answer, or null where the answer has none. */
  readonly results: readonly (number | null)[]
  /** Milliseconds that it took in all. */
  readonly duration: number
}

/**
 * Kea's answer map. It is checked like the answer of a daemon: at most 4 MiB of JSON, 100 maps and lists inside each
 * other, no lone surrogates. Any other answer is replaced by result 1.
 * @template Arguments the type of `arguments`, where it is known: a type alias, as an `interface` is not assignable to
 * `Json`
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
   * Sends a command to daemons with the rights of the caller of `on`, and no others. Resolves to one answer for each
   * service, in that order. All answers together may have 4 MiB; the service whose answer exceeds this gets an error in
   * its place. Rejects where the caller may not do it, and where `on` has ended.
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
  /** By name. They take precedence over the agent's own commands and over forwarding, whatever `service` says. */
  readonly commands?: { readonly [name: string]: CommandHandler }
  /**
   * Called before each command of a caller. If it returns a text, the command is refused with a 403 and that reason.
   */
  authenticated?(caller: Caller): string | undefined | Promise<string | undefined>
  /**
   * Called before a permitted command runs. If it returns an answer, the caller gets that, and no daemon gets the
   * command.
   */
  commandReceived?(command: ReceivedCommand): Answer | undefined | Promise<Answer | undefined>
  /** Called after a command was run; its answer is on its way already. */
  commandProcessed?(command: ProcessedCommand): void | Promise<void>
  /** Called when the configuration with this module is in force, and after each restart of its process. */
  start?(): void | Promise<void>
  /** Called when the module is no longer needed. Its process ends when this settles, or after 5 s at most. */
  stop?(): void | Promise<void>
}

export interface HandlerModule {
  /** A JSON schema (draft-07) of the module's `parameters`; without a schema there must be no parameters. */
  readonly parameters?: { readonly [key: string]: Json }
  /** @throws to refuse the configuration, with a sentence for the operator */
  load(context: ModuleContext): LoadedModule | Promise<LoadedModule>
}

/** A loaded module without members beyond the contract: any other member is a type error. */
export type Exactly<Loaded extends LoadedModule> = Loaded & Nothing<Exclude<keyof Loaded, keyof LoadedModule>> & {
  readonly commands?: {
    readonly [Name in keyof Loaded['commands']]: Nothing<Exclude<keyof Loaded['commands'][Name], keyof CommandHandler>>
  }
}

/**
 * `unknown` where there are no names: with an empty map, TypeScript would no longer see that all members are optional,
 * and so would not check them.
 */
type Nothing<Names extends PropertyKey> = [Names] extends [never] ? unknown : { readonly [Name in Names]: never }

/**
 * Returns the module unchanged, and lets the compiler find misspelled members of the module, of what `load` returns and
 * of a command: `export const { parameters, load } = defineHandler({ ... })`. Plain types do not find them: every
 * member is optional, and TypeScript lets a function return an object with more members than its type has.
 */
export function defineHandler<const Loaded extends LoadedModule>(module: {
  readonly parameters?: { readonly [key: string]: Json }
  load(context: ModuleContext): Exactly<Loaded> | Promise<Exactly<Loaded>>
}): HandlerModule {
  return module
}
