// `shutdown`: ends the process after its answer was sent, with the exit value of its arguments, or 0.

import { memberOf } from '../../json/text/node.ts'
import type { AgentControl } from '../agent-control.ts'
import { answer, RESULT_ERROR, RESULT_SUCCESS } from '../answer.ts'
import type { Command, Handler } from '../handler.ts'
import { nameOf, readArguments } from './arguments.ts'

export function shutdown(agent: AgentControl): Handler {
  return {
    name: 'shutdown',
    access: 'write',
    async run(command) {
      const read = await readExitValue(command)
      if (!read.ok) return answer(RESULT_ERROR, read.text)
      agent.shutdown(read.exitValue)
      return answer(RESULT_SUCCESS, `the agent is stopping with exit value ${read.exitValue}`)
    },
  }
}

type ExitValue = { readonly ok: true; readonly exitValue: number } | { readonly ok: false; readonly text: string }

async function readExitValue(command: Command): Promise<ExitValue> {
  if (command.arguments === null) return { ok: true, exitValue: 0 }
  const read = await readArguments(command.arguments)
  if (!read.ok) return read
  const value = memberOf(read.map, 'exit-value')
  if (value === undefined) return { ok: true, exitValue: 0 }
  if (value.kind !== 'integer') return { ok: false, text: `'exit-value' must be an integer, not ${nameOf(value.kind)}` }
  return { ok: true, exitValue: modulo256(value.text) }
}

/** The remainder of an integer of any length: 256 divides 10^8, so only the last eight digits count. */
function modulo256(integer: string): number {
  const remainder = Number(integer.replace('-', '').slice(-8)) % 256
  return integer.startsWith('-') ? (256 - remainder) % 256 : remainder
}
