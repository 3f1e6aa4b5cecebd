// Probes of balancers on the port that takes commands: `GET /livez` and `GET /readyz`, without credentials.

import { escapeForLog } from '../../log/escape.ts'
import { rawJson } from '../../json/raw.ts'
import type { HttpReply } from '../fastify-types.ts'
import { respond } from '../response/respond.ts'
import type { RequestContext } from './context.ts'

/** Whether a request is a probe, and the configuration says that probes are answered. */
export function isProbe({ head, raw, settings, target }: RequestContext): boolean {
  if (settings.readiness === null || (raw.method !== 'GET' && raw.method !== 'HEAD')) return false
  if (target !== '/livez' && target !== '/readyz') return false
  return head?.chunked === false && (head.contentLength ?? 0) === 0
}

/** Answers as the monitoring listener does. Nothing is logged, and nothing recorded. */
export function answerProbe({ connection, settings, target }: RequestContext, reply: HttpReply): void {
  const reasons = target === '/livez' ? [] : (settings.readiness?.() ?? [])
  const problems = connection.closing ? [...reasons, 'the agent is stopping'] : reasons
  const text = target === '/livez' ? 'alive' : problems.length === 0 ? 'ready' : problems.map((each) => escapeForLog(each)).join('\n')
  const payload = respond(reply, {
    status: problems.length === 0 ? 200 : 503,
    headers: ['Content-Type', 'text/plain; charset=utf-8', 'Cache-Control', 'no-store'],
    body: rawJson(`${text}\n`),
    command: false,
  })
  if (payload !== undefined) void reply.send(payload)
}
