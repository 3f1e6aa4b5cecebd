// `build-report`: what the program was built from and runs on.

import type { AgentControl } from '../agent-control.ts'
import { answer, RESULT_SUCCESS } from '../answer.ts'
import type { Handler } from '../handler.ts'

export function buildReport(agent: AgentControl): Handler {
  const reply = answer(RESULT_SUCCESS, agent.buildReport)
  return { name: 'build-report', access: 'read', run: () => reply }
}
