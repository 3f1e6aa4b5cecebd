// `keagate ask`: reads the words, and asks.

import { parseArgs } from 'node:util'
import { KeagateError, describeError } from '../errors.ts'
import { escapeForLog } from '../log/escape.ts'
import { ask } from '../client/ask.ts'
import type { AskContext, AskTask } from '../client/asking.ts'
import { commandHelp } from '../client/commands/help.ts'
import { readTimeout } from '../client/profile/profile.ts'
import { readServices } from '../client/request/command-text.ts'
import { asksForHelp, mistakeIn } from './words.ts'

const usage = `Usage: keagate ask [OPTION...] COMMAND [KEY=VALUE... | JSON | @FILE | -]

Sends COMMAND and shows the answer: as text and tables on a terminal, in a pipe the bytes as they came.

  KEY=VALUE            an argument: JSON where VALUE is JSON, else text; a.b=1 and a[]=x for what is nested
  -s, --service NAME   for this service; more than once, or NAME,NAME (a command of one daemon alone goes there)
  --json               the answer as it came on a terminal, too
  -a, --all            every page of lease4-get-page, lease6-get-page or reservation-get-page, as one list
  -w, --watch SEC      asks again and again, and marks what changed
  -q, --quiet          no notes on standard error
  -t, --timeout SEC    time for one answer (70)

Where to:

  --url URL            an agent, http or https
  --ca FILE            the authority that the server's certificate must come from; else those of Node.js
  --cert FILE          certificate to show; with --key FILE
  --server-name NAME   the name that the server's certificate has, where it is not that of the URL
  -u, --user NAME      user; the password is asked for, or in --password-file FILE
  --password TEXT      works, but other users of this machine can read it
  --socket PATH        a daemon's UNIX socket, without an agent
  -c, --config FILE    the agent of this configuration, on this host
  -p, --profile NAME   a profile of client.json in $XDG_CONFIG_HOME/keagate (~/.config/keagate)

"keagate ask COMMAND --help" says what COMMAND does and what it takes. Without an option that
says where to: KEAGATE_URL, KEAGATE_CA and so on; KEAGATE_PROFILE, or the default profile; /etc/kea/keagate.conf;
/etc/kea/kea-ctrl-agent.conf.

Exit code: 0 every result is 0, 3 nothing found, 1 any other result, or words that cannot be understood,
2 nobody could be asked.
`

const options = {
  service: { type: 'string', short: 's', multiple: true },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', short: 'q', default: false },
  timeout: { type: 'string', short: 't' },
  all: { type: 'boolean', short: 'a', default: false },
  watch: { type: 'string', short: 'w' },
  url: { type: 'string' },
  ca: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  'server-name': { type: 'string' },
  user: { type: 'string', short: 'u' },
  password: { type: 'string' },
  'password-file': { type: 'string' },
  socket: { type: 'string' },
  config: { type: 'string', short: 'c' },
  profile: { type: 'string', short: 'p' },
} as const

/** Resolves to the exit code. */
export async function askCommand(words: readonly string[], context: AskContext): Promise<number> {
  const { stdout, stderr } = context
  if (asksForHelp(words)) {
    const [name = ''] = words.filter((word) => !word.startsWith('-'))
    stdout.write(`${commandHelp(name, stdout.columns ?? 80)?.join('\n') ?? usage.trimEnd()}\n`)
    return 0
  }
  const task = read(words)
  if (typeof task === 'string') {
    stderr.write(`keagate ask: ${escapeForLog(task)}\n\n${usage}`)
    return 1
  }
  return ask(task, context)
}

/** @returns what is wrong with the words, or what they ask */
function read(words: readonly string[]): AskTask | string {
  try {
    const { values, positionals } = parseArgs({ args: [...words], allowPositionals: true, options })
    const { service, json, quiet, timeout, all, watch, ...where } = values
    const [command, ...others] = positionals
    if (command === undefined) return 'the command is missing'
    if (all && watch !== undefined) return '--all does not go with --watch'
    if (command.includes('=') || command.startsWith('{')) return 'the command comes first, then its arguments'
    return {
      command,
      words: others,
      services: readServices(service ?? []),
      where: { ...where, ...(timeout === undefined ? {} : { timeout: readTimeout(timeout) }) },
      json,
      quiet,
      all,
      watch: watch === undefined ? null : readTimeout(watch),
    }
  } catch (error) {
    return error instanceof KeagateError ? describeError(error) : mistakeIn(error, options)
  }
}
