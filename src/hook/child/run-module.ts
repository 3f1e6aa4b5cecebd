// The process of one handler module: loads it and calls its functions as the agent says. Only the agent starts it. It
// imports as little as possible, as each import is paid for in the process of every module.

import { writeFileSync } from 'node:fs'
import type { ReceivedCommand } from '../api.ts'
import { lineInterval, maxHeader, maxLines } from '../bounds.ts'
import { LineQuota } from '../line-quota.ts'
import type { Severity, ToChild } from '../messages.ts'
import { callModule } from './call-module.ts'
import { openChannel } from './channel.ts'
import { DaemonQuestions } from './daemon-questions.ts'
import { describeThrown, textOf } from './describe-thrown.ts'
import type { UsableModule } from './load-module.ts'
import { loadModule } from './load-module.ts'

// The agent decides when this process ends: Ctrl-C and a stop of the service reach every process while commands are
// under way. At SIGUSR1 Node.js would open a debugger.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => undefined)

try {
  // The name in the list of processes, which must not be found in a search for the agent itself.
  writeFileSync('/proc/self/comm', 'keagate-module')
} catch {
  // A system without this file.
}

const channel = openChannel((message, payload) => void receive(message, payload))
const questions = new DaemonQuestions(channel)
/** A module that logs in an endless loop must fill neither its memory nor the channel. */
const quota = new LineQuota({ maxLines, interval: lineInterval }, (lines) =>
  channel.send({ kind: 'log', severity: 'WARN', text: `${lines} lines more were left out` }),
)
let usable: UsableModule | null = null

process.on('unhandledRejection', reportUnhandled)
process.on('uncaughtException', reportUnhandled)

async function receive(message: ToChild, payload: Buffer): Promise<void> {
  switch (message.kind) {
    case 'load':
      await load(message.path, payload.toString('utf8'))
      break
    case 'call': {
      if (usable === null) return
      const { id } = message
      const allow = (command: ReceivedCommand): void => questions.allow(command, id)
      const { result, answer } = await callModule(usable, message.call, payload, allow)
      channel.send({ kind: 'called', id, result }, answer)
      break
    }
    case 'asked':
      questions.settle(message.id, message.problem, payload)
      break
    case 'ping':
      channel.send({ kind: 'pong' })
      break
  }
}

async function load(path: string, parameters: string): Promise<void> {
  try {
    const loaded = await loadModule(path, parameters, { log, ask: questions.ask })
    const commands = [...loaded.commands].map(([name, { access }]) => ({ name, access }))
    if (JSON.stringify(commands).length > maxHeader / 2) throw new Error('it registers more commands than can be told')
    usable = loaded
    channel.send({ kind: 'loaded', commands, points: loaded.points })
  } catch (error) {
    channel.send({ kind: 'not-loaded', reason: describeThrown(error) })
  }
}

/** Most modules are plain JavaScript, so the types of the parameters are checked. */
function log(severity: unknown, text: unknown): void {
  if (!quota.take()) return
  channel.send({ kind: 'log', severity: severities.find((known) => known === severity) ?? 'INFO', text: textOf(text) })
}

const severities: readonly Severity[] = ['DEBUG', 'INFO', 'WARN', 'ERROR']

function reportUnhandled(error: unknown): void {
  if (quota.take()) channel.send({ kind: 'unhandled', reason: describeThrown(error) })
}
