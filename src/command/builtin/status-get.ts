// `status-get`: process id, ages in whole seconds, how TLS fares, and each daemon as
// the door has seen it so far; none is asked.

import type { ServiceGroups } from '../../config/service-groups.ts'
import type { Printable } from '../../json/text/print.ts'
import { escapeForLog } from '../../log/escape.ts'
import { daysLeft } from '../../tls/files/expiry.ts'
import type { Expiring } from '../../tls/files/expiry.ts'
import type { AgentControl } from '../agent-control.ts'
import { answer, RESULT_SUCCESS } from '../answer.ts'
import type { DaemonStatus } from '../daemon-status.ts'
import type { Handler } from '../handler.ts'

/** @param now milliseconds since the epoch */
export function statusGet(agent: AgentControl, now: () => number = Date.now): Handler {
  return {
    name: 'status-get',
    access: 'read',
    run: () =>
      answer(RESULT_SUCCESS, undefined, {
        certificates: filled(agent.certificates().map((each) => certificate(each, now()))),
        daemons: agent.daemons().map(daemon),
        pid: agent.pid,
        reload: secondsBetween(agent.configuredAt(), now()),
        'service-groups': groups(agent.serviceGroups()),
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

/** Members of each group, where there are groups. */
function groups(serviceGroups: ServiceGroups): Printable | undefined {
  const entries = serviceGroups.entries()
  return entries.length === 0 ? undefined : new Map(entries)
}

/** Without TLS there is nothing to tell. */
function filled(list: readonly Printable[]): Printable | undefined {
  return list.length === 0 ? undefined : list
}

/** Members that nothing is known of yet are left out. */
function daemon(status: DaemonStatus): Printable {
  const { lastError, answerTimes } = status
  return {
    address: status.address,
    'answer-milliseconds': answerTimes === null ? undefined : {
      highest: tenths(answerTimes.highest),
      median: tenths(answerTimes.median),
      p99: tenths(answerTimes.p99),
    },
    answered: status.answered,
    failed: status.failed,
    'in-flight': status.inFlight,
    'last-error': lastError === null ? undefined : { text: escapeForLog(lastError.text), time: new Date(lastError.at).toISOString() },
    reachable: status.reachable ?? undefined,
    service: status.service,
    waiting: status.waiting,
  }
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}

/** Never negative: the wall clock may be set back. */
function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / 1000))
}
