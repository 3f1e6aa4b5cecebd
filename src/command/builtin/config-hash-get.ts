// `config-hash-get`: tells cheaply whether the configuration changed.

import type { AgentControl } from '../agent-control.ts'
import { answer, RESULT_SUCCESS } from '../answer.ts'
import type { Handler } from '../handler.ts'

export function configHashGet(agent: AgentControl): Handler {
  return {
    name: 'config-hash-get',
    access: 'read',
    run: async () => answer(RESULT_SUCCESS, undefined, { hash: await agent.configHash() }),
  }
}
