// `keagate ask`: reads the words, and asks.

import { escapeForLog } from '../log/escape.ts'
import { ask } from '../client/ask.ts'
import type { AskContext } from '../client/asking.ts'
import { commandHelp } from '../client/commands/help.ts'
import { askOptions, readAskWords } from '../client/options.ts'
import { asksForHelp, mistakeIn } from './words.ts'

const usage = `Usage: keagate ask [OPTION...] COMMAND [KEY=VALUE... | JSON | @FILE | -]

Sends COMMAND and shows the answer: as text and tables on a terminal, in a pipe the bytes as they came. Without COMMAND,
on a terminal, a shell with history and completion.

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
2 the server could not be reached, refused the request, or sent no answer.
`

/** Resolves to the exit code. */
export async function askCommand(words: readonly string[], context: AskContext): Promise<number> {
  const { stdout, stderr } = context
  if (asksForHelp(words)) {
    const [name = ''] = words.filter((word) => !word.startsWith('-'))
    stdout.write(`${commandHelp(name, stdout.columns ?? 80)?.join('\n') ?? usage.trimEnd()}\n`)
    return 0
  }
  const task = readAskWords(words, (error) => mistakeIn(error, askOptions))
  if (typeof task === 'string') return refuse(task, stderr)
  if (task.command !== '') return ask(task, context)
  if (context.stdin.isTTY !== true || stdout.isTTY !== true) return refuse('the command is missing', stderr)
  const { runShell } = await import('../client/shell/run.ts')
  return runShell(task, context)
}

function refuse(text: string, stderr: NodeJS.WritableStream): number {
  stderr.write(`keagate ask: ${escapeForLog(text)}\n\n${usage}`)
  return 1
}
