// `keagate demo`: keagate with daemons that are made up, for a machine without Kea.

import { numberOption, readOptions } from '../certs/options.ts'
import { runDemo } from '../demo/run-demo.ts'
import type { DemoOptions } from '../demo/run-demo.ts'
import { KeagateError, describeError } from '../errors.ts'
import { escapeForLog } from '../log/escape.ts'
import type { SubcommandContext } from './subcommand.ts'
import { asksForHelp } from './words.ts'

const usage = `Usage: keagate demo [--kea] [--port PORT] [--monitoring-port PORT]

Shows what keagate does, on a machine without Kea. It runs made-up daemons dhcp4, dhcp6 and d2 in memory. In front of
them it runs keagate with mutual TLS, two users with roles, an audit log and the status page, and prints lines to paste.
It listens on the loopback address only. Ctrl-C stops it and removes everything it made.

  --kea                   use daemons of Kea whose control sockets answer, made-up ones for the others
  --port PORT             for commands (8000, or another one if that is taken)
  --monitoring-port PORT  for the status page (8001, or another one if that is taken)

A demonstration daemon also has the commands demo-hang, demo-away (both with "seconds") and demo-back.

Exit code: 0 stopped, 1 not started.
`

/** Runs until it is stopped. Resolves to the exit code. */
export async function demoCommand(words: readonly string[], context: SubcommandContext): Promise<number> {
  if (asksForHelp(words)) {
    context.stdout.write(usage)
    return 0
  }
  try {
    return await runDemo(read(words), context)
  } catch (error) {
    const isUsage = error instanceof KeagateError && error.code === 'CERTS_USAGE'
    context.stderr.write(`keagate demo: ${escapeForLog(describeError(error))}\n${isUsage ? `\n${usage}` : ''}`)
    return 1
  }
}

/** @throws KeagateError (CERTS_USAGE) */
function read(words: readonly string[]): DemoOptions {
  const options = readOptions(words, { kea: 'flag', port: 'value', 'monitoring-port': 'value' })
  const [word] = options.words
  if (word !== undefined) throw new KeagateError('CERTS_USAGE', `unexpected word ${JSON.stringify(word)}`)
  return {
    withKea: options.flag('kea'),
    port: numberOption(options, 'port', 65_535, 8000),
    monitoringPort: numberOption(options, 'monitoring-port', 65_535, 8001),
  }
}
