// The program under the name kea-shell: Kea's text client, with its options, output and exit codes (2.2 to 3.0), so
// that scripts still work where that package is not installed any more.

import { readFileSync } from 'node:fs'
import type { ShellOptions } from './options.ts'
import { readShellOptions } from './options.ts'
import { authorization, commandBody } from './request.ts'
import { send } from './send.ts'
import { errnoText } from './system-error.ts'
import { readTlsFiles } from './trust.ts'
import { help, usageError } from './usage.ts'

export interface ShellContext {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  readonly version: () => string
  readonly extendedVersion: () => Promise<string>
}

/**
 * @param words what follows the name of the program
 * @returns the exit code: 0 for an answer of any kind, 1 for none, 2 for words that cannot be understood
 */
export async function keaShell(words: readonly string[], context: ShellContext): Promise<number> {
  const { stdout, stderr } = context
  const plan = readShellOptions(words)
  switch (plan.kind) {
    case 'help':
      return say(stdout, help, 0)
    case 'version':
      return say(stdout, `${context.version()}\n`, 0)
    case 'extended-version':
      return say(stdout, `${await context.extendedVersion()}\n`, 0)
    case 'usage-error':
      return say(stderr, usageError(plan.text), 2)
    case 'run': {
      const outcome = await ask(plan.options, context)
      stdout.write(outcome.output)
      return say(stdout, '\n', outcome.exitCode)
    }
  }
}

interface Outcome {
  readonly output: Buffer | string
  readonly exitCode: 0 | 1
}

/** Errors go to standard output, too, as with Kea's own kea-shell. */
async function ask(options: ShellOptions, { stdin, version }: ShellContext): Promise<Outcome> {
  const { ca, cert, key, timeout } = options
  if ((cert === '') !== (key === '')) return failed('--cert and --key must be used together')
  if (cert !== '' && ca === '') return failed('--cert and --key with HTTPS disabled (no --ca)')
  let password: string
  try {
    password = passwordOf(options)
  } catch (error) {
    return failed(`Failed to run: ${errnoText(error)}: '${options.passwordFile}'`)
  }
  const body = commandBody(options, await allOf(stdin))
  return within(timeout, async () => {
    try {
      const tls = ca === '' ? null : readTlsFiles(options)
      const userAgent = `Kea-shell/${version()}`
      const output = await send(options, { body, authorization: authorization(options, password), userAgent, tls })
      return { output, exitCode: 0 }
    } catch (error) {
      return failed(`Failed to run: ${errnoText(error)}`)
    }
  })
}

/** @param seconds 0: no limit */
async function within(seconds: number, work: () => Promise<Outcome>): Promise<Outcome> {
  if (seconds <= 0) return work()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Outcome>((resolve) => {
    // Node's timers cannot run longer than 24 days.
    timer = setTimeout(() => resolve(failed('Connection timeout')), Math.min(seconds * 1000, 2 ** 31 - 1))
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}

/** @throws the system's error for a file that cannot be read */
function passwordOf({ password, passwordFile, user }: ShellOptions): string {
  if (user === '' || passwordFile === '') return password
  return readFileSync(passwordFile, 'utf8').split(/\r?\n/, 1)[0] ?? ''
}

async function allOf(stdin: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

function failed(output: string): Outcome {
  return { output, exitCode: 1 }
}

function say(stream: NodeJS.WritableStream, text: string, exitCode: number): number {
  stream.write(text)
  return exitCode
}
