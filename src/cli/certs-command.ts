// `keagate certs`: finds the sub-command, reads its options, runs it, and says in one line what went wrong.

import path from 'node:path'
import { KeagateError, describeError } from '../errors.ts'
import { escapeJson, escapeLines } from '../log/escape.ts'
import { shellWord } from '../tls/files/diagnostics.ts'
import type { CertsCommand } from '../certs/command.ts'
import { meant } from './arguments.ts'
import { initCommand } from '../certs/init.ts'
import { clientCommand, serverCommand } from '../certs/issue.ts'
import { listCommand } from '../certs/list.ts'
import { readOptions } from '../certs/options.ts'
import { pkcs12Command } from '../certs/pkcs12/command.ts'
import { renewCommand } from '../certs/renew.ts'
import { revokeCommand } from '../certs/revoke.ts'
import { painterFor } from '../process/terminal-color.ts'
import type { Color } from '../process/terminal-color.ts'
import { asksForHelp } from './words.ts'

/** The sub-commands in the order in which they are first needed. */
export const certsCommands: Readonly<Record<string, CertsCommand>> = {
  init: initCommand,
  list: listCommand,
  client: clientCommand,
  server: serverCommand,
  pkcs12: pkcs12Command,
  renew: renewCommand,
  revoke: revokeCommand,
}

const usage = `Usage: keagate certs COMMAND ...       a small certificate authority for one deployment

  init DIR          makes an authority, a server's and a client's certificate, and a configuration that starts
  list              shows what was issued and what is revoked
  client NAME       makes a certificate for one more client
  server NAME...    makes a certificate for one more server, by its host names and addresses
  pkcs12 NAME       packs a certificate with its key into one file with a password, for Java, Windows and browsers
  renew [NAME...]   renews certificates that expire soon, and the revocation list
  revoke NAME...    puts certificates on the revocation list

"keagate certs COMMAND --help" shows its options. All but init work in the directory that --dir names, or in the
working directory.
`

export interface CertsEnvironment {
  readonly env: NodeJS.ProcessEnv
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream
}

/**
 * @param words what follows `certs`
 * @param now the current time
 * @returns the exit code
 */
export async function certsCommand(
  words: readonly string[],
  { env, stdin, stdout, stderr }: CertsEnvironment,
  now = new Date(),
): Promise<number> {
  const [name = '', ...others] = words
  const command = Object.hasOwn(certsCommands, name) ? certsCommands[name] : undefined
  if (command === undefined) {
    if (['--help', '-h', 'help'].includes(name)) {
      stdout.write(usage)
      return 0
    }
    stderr.write(`${name === '' ? '' : `keagate certs: ${unknown(name)}\n\n`}${usage}`)
    return 1
  }
  const help = `Usage: keagate certs ${command.usage}\n`
  if (asksForHelp(others)) {
    stdout.write(help)
    return 0
  }
  const paint = painterFor(stdout, env)
  const print = (text: string, color?: Color): void => {
    const shown = escapeLines(text)
    stdout.write(color === undefined ? shown : paint(color, shown))
  }
  try {
    const options = readOptions(others, command.options)
    await command.run(options, { env, stdin, program: invocation(env), now, print })
    return 0
  } catch (error) {
    const usageMistake = error instanceof KeagateError && error.code === 'CERTS_USAGE'
    stderr.write(`keagate certs ${name}: ${escapeLines(describeError(error))}\n${usageMistake ? `\n${help}` : ''}`)
    return 1
  }
}

function unknown(name: string): string {
  return `no sub-command ${escapeJson(JSON.stringify(name))}${meant(name, Object.keys(certsCommands))}`
}

/**
 * The words that start keagate as this process was started: its name where the PATH leads to it, else its path, for
 * `main.js` after the path of Node.
 */
function invocation(env: NodeJS.ProcessEnv): string {
  const script = path.resolve(process.argv[1] ?? 'keagate')
  if (path.extname(script) === '.js') return `${shellWord(process.execPath)} ${shellWord(script)}`
  const name = path.basename(script)
  const found = (env['PATH'] ?? '').split(path.delimiter).some((folder) => folder !== '' && path.join(folder, name) === script)
  return found ? name : shellWord(script)
}
