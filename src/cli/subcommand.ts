// The sub-commands of `keagate`, by name. They are loaded only when one is used: the daemon starts without them.
// `certs` is loaded by itself, as its packages are as large as the rest of the program. The sub-commands of the client
// are a part of the build of their own (see esbuild.config.mjs). Each file is loaded by its base name there.

/** What a sub-command reads from and writes to. */
export interface SubcommandContext {
  readonly env: NodeJS.ProcessEnv
  /** The name that the program was started by. */
  readonly program: string
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream
}

/** @param words what follows the sub-command's name. Resolves to the exit code. */
export type Subcommand = (words: readonly string[], context: SubcommandContext) => Promise<number>

interface SubcommandEntry {
  /** One line of the usage text, at most 60 characters. */
  readonly summary: string
  load(): Promise<Subcommand>
}

export const subcommands: Readonly<Record<string, SubcommandEntry>> = {
  access: {
    summary: 'explain who may run which command, and why',
    load: async () => (await import('./subcommands.ts')).accessCommand,
  },
  ask: {
    summary: 'send a command to Kea, through an agent or directly',
    load: async () => (await import('./client-commands.ts')).askCommand,
  },
  certs: {
    summary: 'make, renew and revoke certificates for mutual TLS',
    load: async () => (await import('./certs-command.ts')).certsCommand,
  },
  completion: {
    summary: 'print completion scripts for bash, zsh or fish',
    load: async () => (await import('./subcommands.ts')).completionCommand,
  },
  demo: {
    summary: 'run a demonstration on a machine without Kea',
    load: async () => (await import('./demo-command.ts')).demoCommand,
  },
  doctor: {
    summary: 'check a deployment, or act as a client of it',
    load: async () => (await import('./subcommands.ts')).doctorCommand,
  },
  'hash-password': {
    summary: 'hash a password for "password-hash" of a client',
    load: async () => (await import('./subcommands.ts')).hashPasswordCommand,
  },
  health: {
    summary: 'tell by the exit code whether the agent is alive',
    load: async () => (await import('./subcommands.ts')).healthCommand,
  },
  schema: {
    summary: 'print the JSON schema of the configuration file',
    load: async () => (await import('./subcommands.ts')).schemaCommand,
  },
}
