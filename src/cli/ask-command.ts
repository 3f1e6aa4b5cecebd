// `keagate ask`: reads the words, then sends a command or starts the shell.

import { escapeForLog } from '../log/escape.ts'
import { ask } from '../client/ask.ts'
import type { AskContext } from '../client/asking.ts'
import { commandHelp } from '../client/commands/help.ts'
import { askOptions, readAskWords } from '../client/options.ts'
import { asksForHelp, mistakeIn } from './words.ts'

const usage = `Usage: keagate ask [OPTION...] COMMAND [KEY=VALUE... | JSON | @FILE | -]

Sends COMMAND and shows the answer: as text and tables on a terminal, unchanged in a pipe. Without COMMAND, on a
terminal, starts a shell with history and completion.

  KEY=VALUE            an argument: VALUE is JSON if it is valid JSON, else text; a.b=1 and a[]=x for nested arguments
  -s, --service NAME   for this service; repeat it, or write NAME,NAME (a command of one daemon goes there)
  --json               print the answer unchanged on a terminal, too
  -a, --all            get every page of lease4-get-page, lease6-get-page or reservation-get-page, as one list
  -w, --watch SEC      repeat the command, and mark what changed
  -q, --quiet          print no notes on standard error
  -t, --timeout SEC    time for one answer (70)

Server:

  --url URL            an agent, http or https
  --ca FILE            the CA of the server's certificate; default: the CAs of Node.js
  --cert FILE          client certificate; with --key FILE
  --server-name NAME   the name in the server's certificate, if it is not that of the URL
  -u, --user NAME      user; ask asks for the password, or reads it from --password-file FILE
  --password TEXT      works, but other users of this machine can read it
  --socket PATH        a daemon's UNIX socket, without an agent
  -c, --config FILE    the agent of this configuration, on this host
  -p, --profile NAME   a profile of client.json in $XDG_CONFIG_HOME/keagate (~/.config/keagate)

"keagate ask COMMAND --help" describes COMMAND and its arguments. Without an option that names the server, the
first of these is used: KEAGATE_URL (with KEAGATE_CA and so on); KEAGATE_PROFILE; the default profile;
/etc/kea/keagate.conf; /etc/kea/kea-ctrl-agent.conf.

Exit code: 0 every result is 0, 3 nothing found, 1 any other result or a usage mistake,
2 the server could not be reached, refused the request, or sent no answer.
`

/** Resolves to the exit code. */
export async function askCommand(words: readonly string[], context: AskContext): Promise<number> {
  const { stdout, stderr } = context
  if (asksForHelp(words)) {
    const [name = ''] = words.filter((word) => !word.startsWith('-'))
    stdout.write(`${commandHelp(name, stdout.columns || 80)?.join('\n') ?? usage.trimEnd()}\n`)
    return 0
  }
  const task = readAskWords(words, (error) => mistakeIn(error, askOptions))
  if (typeof task === 'string') return refuse(task, stderr)
  if (task.command !== '') return ask(task, context)
  if (context.stdin.isTTY !== true || stdout.isTTY !== true) return refuse('the command is missing', stderr)
  const { runShell } = await import('../client/when-needed.ts')
  return runShell(task, context)
}

function refuse(text: string, stderr: NodeJS.WritableStream): number {
  stderr.write(`keagate ask: ${escapeForLog(text)}\n\n${usage}`)
  return 1
}
