// `config-reload`: reads the start file again.

import type { AgentControl } from '../agent-control.ts'
import type { Handler } from '../handler.ts'
import { answerOutcome } from './outcome.ts'

export function configReload(agent: AgentControl): Handler {
  return { name: 'config-reload', access: 'write', run: async () => answerOutcome(await agent.configReload()) }
}
