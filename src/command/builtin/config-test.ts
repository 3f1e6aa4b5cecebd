// `config-test`: checks the configuration in the arguments and changes nothing.

import type { AgentControl } from '../agent-control.ts'
import { answer, RESULT_ERROR } from '../answer.ts'
import type { Handler } from '../handler.ts'
import { readConfiguration } from './arguments.ts'
import { answerOutcome } from './outcome.ts'

export function configTest(agent: AgentControl): Handler {
  return {
    name: 'config-test',
    access: 'write',
    async run(command) {
      const read = await readConfiguration(command.arguments)
      return read.ok ? answerOutcome(await agent.configTest(read.configuration)) : answer(RESULT_ERROR, read.text)
    },
  }
}
