// What each path of monitoring leads to.

import type { FastifyInstance, FastifyReply } from 'fastify'
import { escapeForLog } from '../log/escape.ts'
import type { EventLoopDelay } from '../metrics/event-loop.ts'
import { exposition, expositionType } from '../metrics/exposition.ts'
import type { LastHour } from '../metrics/last-hour.ts'
import { collect } from './collect.ts'
import { statusPage } from './page.ts'
import type { MonitorSource } from './source.ts'

export interface Monitored {
  readonly eventLoop: EventLoopDelay
  readonly lastHour: LastHour
}

export interface MonitorRouteOptions {
  readonly source: MonitorSource
  /** null until the configuration that names the address is in force. */
  readonly watch: () => Monitored | null
}

export function addMonitorRoutes(app: FastifyInstance, { source, watch }: MonitorRouteOptions): void {
  const notInForce = (reply: FastifyReply): string => readiness(reply, ['the configuration is not in force yet'])
  app.get('/', (_request, reply) => {
    const current = watch()
    if (current === null) return notInForce(reply)
    reply.type('text/html; charset=utf-8')
    return statusPage({ ...current, source, now: Date.now() })
  })
  app.get('/metrics', (_request, reply) => {
    const current = watch()
    if (current === null) return notInForce(reply)
    reply.type(expositionType)
    return exposition(collect(source, current.eventLoop))
  })
  app.get('/livez', (_request, reply) => plain(reply, 200, 'alive'))
  app.get('/readyz', (_request, reply) => (watch() === null ? notInForce(reply) : readiness(reply, source.unavailableReasons())))
}

function readiness(reply: FastifyReply, unavailableReasons: readonly string[]): string {
  if (unavailableReasons.length === 0) return plain(reply, 200, 'ready')
  return plain(reply, 503, unavailableReasons.map((reason) => escapeForLog(reason)).join('\n'))
}

function plain(reply: FastifyReply, status: number, text: string): string {
  reply.code(status).type('text/plain; charset=utf-8')
  return `${text}\n`
}
