// `config-write`: writes the configuration in force to the start file or to one beside it.

import { memberOf } from '../../json/text/node.ts'
import type { AgentControl } from '../agent-control.ts'
import { answer, quoteName, RESULT_ERROR, RESULT_SUCCESS } from '../answer.ts'
import type { Command, Handler } from '../handler.ts'
import { nameOf, readArguments } from './arguments.ts'

export function configWrite(agent: AgentControl): Handler {
  return {
    name: 'config-write',
    access: 'write',
    async run(command) {
      const target = await readTarget(command)
      if (!target.ok) return answer(RESULT_ERROR, target.text)
      const outcome = await agent.configWrite(target.filename)
      if (!outcome.ok) return answer(RESULT_ERROR, outcome.text)
      const { filename, size } = outcome
      return answer(RESULT_SUCCESS, `the configuration was written to ${filename}`, { filename, size })
    },
  }
}

type Target = { readonly ok: true; readonly filename: string | null } | { readonly ok: false; readonly text: string }

/** An absent and an empty file name both mean the start file, as in Kea. */
async function readTarget(command: Command): Promise<Target> {
  if (command.arguments === null) return { ok: true, filename: null }
  const read = await readArguments(command.arguments)
  if (!read.ok) return read
  // With a misspelled keyword, the start file would be overwritten instead of the file that was meant.
  const other = read.map.members.find(({ key }) => key !== 'filename')
  if (other !== undefined) return { ok: false, text: `unknown argument ${quoteName(other.key)}; config-write takes 'filename'` }
  const filename = memberOf(read.map, 'filename')
  if (filename === undefined) return { ok: true, filename: null }
  if (filename.kind !== 'string') {
    return { ok: false, text: `'filename' must be a string, not ${nameOf(filename.kind)}` }
  }
  return { ok: true, filename: filename.value === '' ? null : filename.value }
}
