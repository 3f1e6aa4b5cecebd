// `status-get`: process id, ages in whole seconds, certificates and failures of TLS, and the state of each daemon as
// the agent knows it; no daemon is asked for it.

import type { ServiceGroups } from '../../config/service-groups.ts'
import type { Printable } from '../../json/text/print.ts'
import { escapeForLog } from '../../log/escape.ts'
import { daysLeft } from '../../tls/files/expiry.ts'
import type { Expiring } from '../../tls/files/expiry.ts'
import type { AgentControl } from '../agent-control.ts'
import { answer, RESULT_SUCCESS } from '../answer.ts'
import type { DaemonCertificate, DaemonStatus } from '../daemon-status.ts'
import type { Handler } from '../handler.ts'

/** @param now milliseconds since the epoch */
export function statusGet(agent: AgentControl, now: () => number = Date.now): Handler {
  return {
    name: 'status-get',
    access: 'read',
    run: () =>
      answer(RESULT_SUCCESS, undefined, {
        certificates: filled(agent.certificates().map((each) => certificate(each, now()))),
        daemons: agent.daemons().map((each) => daemon(each, agent.serviceGroups(), now())),
        pid: agent.pid,
        reload: secondsBetween(agent.configuredAt(), now()),
        'service-groups': groups(agent.serviceGroups()),
        'tls-failures': agent.tlsFailures() ?? undefined,
        uptime: secondsBetween(agent.startedAt, now()),
      }),
  }
}

function certificate(each: Expiring, now: number): Printable {
  const { file, kind, subject } = each
  return { file, kind, subject, ...end(each, now) }
}

function daemonCertificate(shown: DaemonCertificate, now: number): Printable {
  return { subject: shown.subject, ...end(shown, now) }
}

function end(each: Pick<Expiring, 'notAfter'>, now: number): { 'not-after': string; 'days-left': number } {
  return { 'not-after': `${new Date(each.notAfter).toISOString().slice(0, 19)}Z`, 'days-left': daysLeft(each, now) }
}

/** The members of each group; undefined where there are no groups. */
function groups(serviceGroups: ServiceGroups): Printable | undefined {
  const entries = serviceGroups.entries()
  return entries.length === 0 ? undefined : new Map(entries)
}

/** Leaves a member with an empty list out of the answer. */
function filled(list: readonly Printable[]): Printable | undefined {
  return list.length === 0 ? undefined : list
}

/** Members whose value is not known yet are left out. */
function daemon(status: DaemonStatus, serviceGroups: ServiceGroups, now: number): Printable {
  const { lastError, answerTimes, info, reachable } = status
  const uptime = reachable === false || info?.startedAt == null ? undefined : secondsBetween(info.startedAt, now)
  return {
    address: status.address,
    'answer-milliseconds': answerTimes === null ? undefined : {
      highest: tenths(answerTimes.highest),
      median: tenths(answerTimes.median),
      p99: tenths(answerTimes.p99),
    },
    answered: status.answered,
    certificate: status.certificate === null ? undefined : daemonCertificate(status.certificate, now),
    failed: status.failed,
    groups: filled(serviceGroups.groupsOf(status.service)),
    'high-availability': filled((info?.highAvailability ?? []).map(({ mode, role, state, active }) => {
      return { active, mode: escapeForLog(mode), role: escapeForLog(role), state: escapeForLog(state) }
    })),
    host: status.host,
    'in-flight': status.inFlight,
    'last-error': lastError === null ? undefined : { text: escapeForLog(lastError.text), time: new Date(lastError.at).toISOString() },
    reachable: status.reachable ?? undefined,
    service: status.service,
    uptime,
    version: info?.version == null ? undefined : escapeForLog(info.version),
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
