// `status-get`: process id, ages in whole seconds, and how TLS fares.

import type { Printable } from '../../json/print.ts'
import { daysLeft } from '../../tls/expiry.ts'
import type { Expiring } from '../../tls/expiry.ts'
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
        certificates: filled(agent.certificates().map((each) => certificate(each, now()))),
        pid: agent.pid,
        reload: secondsBetween(agent.configuredAt(), now()),
        'tls-failures': agent.tlsFailures() ?? undefined,
        uptime: secondsBetween(agent.startedAt, now()),
      }),
  }
}

function certificate(each: Expiring, now: number): Printable {
  const { file, kind, subject, notAfter } = each
  const iso = `${new Date(notAfter).toISOString().slice(0, 19)}Z`
  return { file, kind, subject, 'not-after': iso, 'days-left': daysLeft(each, now) }
}

/** Without TLS there is nothing to tell. */
function filled(list: readonly Printable[]): Printable | undefined {
  return list.length === 0 ? undefined : list
}

/** Never negative: the wall clock may be set back. */
function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / 1000))
}
