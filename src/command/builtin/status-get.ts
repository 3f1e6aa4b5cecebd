// `status-get`: process id and ages in whole seconds.

import type { AgentControl } from '../agent-control.ts'
import { answer, RESULT_SUCCESS } from '../answer.ts'
import type { Handler } from '../handler.ts'

/** @param now milliseconds since the epoch */
export function statusGet(agent: AgentControl, now: () => number = Date.now): Handler {
  return {
    name: 'status-get',
    access: 'read',
    run: () =>
      answer(RESULT_SUCCESS, undefined, {
        pid: agent.pid,
        reload: secondsBetween(agent.configuredAt(), now()),
        uptime: secondsBetween(agent.startedAt, now()),
      }),
  }
}

/** Never negative: the wall clock may be set back. */
function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / 1000))
}
