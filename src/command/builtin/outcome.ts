// How an attempt to check or change the configuration is answered.

import type { RawJson } from '../../json/raw.ts'
import type { ConfigOutcome } from '../agent-control.ts'
import { answer, RESULT_SUCCESS } from '../answer.ts'

export function answerOutcome(outcome: ConfigOutcome): RawJson {
  return answer(outcome.ok ? RESULT_SUCCESS : outcome.result, outcome.text)
}
