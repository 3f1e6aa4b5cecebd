// What each path of monitoring leads to.

import { escapeForLog } from '../log/escape.ts'
import type { EventLoopDelay } from '../observe/event-loop.ts'
import { exposition, expositionType } from '../observe/exposition.ts'
import type { LastHour } from '../observe/last-hour.ts'
import { collect } from './collect.ts'
import { statusPage } from './page.ts'
import type { Answer } from './server.ts'
import type { MonitorSource } from './source.ts'

export interface Watch {
  readonly eventLoop: EventLoopDelay
  readonly lastHour: LastHour
}

/** @param path without query */
export function route(path: string, source: MonitorSource, watch: Watch): Answer {
  switch (path) {
    case '/':
      return page(statusPage({ ...watch, source, now: Date.now() }))
    case '/metrics':
      return { status: 200, type: expositionType, text: exposition(collect(source, watch.eventLoop)) }
    case '/livez':
      return plain(200, 'alive')
    case '/readyz':
      return readiness(source.obstacles())
    default:
      return plain(404, 'there are /, /metrics, /livez and /readyz')
  }
}

/** What is answered until the configuration is in force that named the address. */
export function starting(path: string): Answer {
  return path === '/livez' ? plain(200, 'alive') : readiness(['the configuration is not in force yet'])
}

/** Where a defect shows, which must not end the process. */
export const broken = plain(500, 'see the log of the agent')

function readiness(obstacles: readonly string[]): Answer {
  return obstacles.length === 0 ? plain(200, 'ready') : plain(503, obstacles.map((obstacle) => escapeForLog(obstacle)).join('\n'))
}

function page(text: string): Answer {
  return { status: 200, type: 'text/html; charset=utf-8', text }
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', text: `${text}\n` }
}
