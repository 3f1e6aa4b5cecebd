// `config-get`: the configuration in force with its defaults, secrets hidden.

import type { AgentControl } from '../agent-control.ts'
import { answerWithRaw } from '../answer.ts'
import type { Handler } from '../handler.ts'

export function configGet(agent: AgentControl): Handler {
  return { name: 'config-get', access: 'read', run: async () => answerWithRaw(await agent.configGet()) }
}
