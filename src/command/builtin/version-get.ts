// `version-get`: the short version as text, the long one in the arguments.

import type { AgentControl } from '../agent-control.ts'
import { answer, RESULT_SUCCESS } from '../answer.ts'
import type { Handler } from '../handler.ts'

export function versionGet(agent: AgentControl): Handler {
  const reply = answer(RESULT_SUCCESS, agent.version, { extended: agent.extendedVersion })
  return { name: 'version-get', access: 'read', run: () => reply }
}
