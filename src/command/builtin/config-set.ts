// `config-set`: puts the configuration in the arguments in force, in memory only.

import type { AgentControl } from '../agent-control.ts'
import { answer, RESULT_ERROR } from '../answer.ts'
import type { Handler } from '../handler.ts'
import { readConfiguration } from './arguments.ts'
import { answerOutcome } from './outcome.ts'

export function configSet(agent: AgentControl): Handler {
  return {
    name: 'config-set',
    access: 'write',
    async run(command) {
      const read = await readConfiguration(command.arguments)
      return read.ok ? answerOutcome(await agent.configSet(read.configuration)) : answer(RESULT_ERROR, read.text)
    },
  }
}
