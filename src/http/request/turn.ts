// The first hook: gives the request its context, and lets it wait until the requests before it on the connection are
// answered.

import type { Log } from '../../log/message.ts'
import type { MemoryBudget } from '../../shares/memory-budget.ts'
import type { ConnectionTable } from '../connection/connection-table.ts'
import type { HttpHook } from '../fastify-types.ts'
import type { HttpSettings } from '../settings.ts'
import { RequestContext } from './context.ts'

export interface TurnOptions {
  readonly connections: ConnectionTable
  readonly settings: () => HttpSettings
  readonly memory: MemoryBudget
  readonly log: Log
}

/** A request that comes when nothing more may run on its connection never goes on. */
export function awaitTurn({ connections, settings, memory, log }: TurnOptions): HttpHook {
  return (request, reply, done) => {
    const connection = connections.get(request.raw.socket)
    if (connection === undefined) return
    const context = new RequestContext({
      connection,
      raw: request.raw,
      target: request.originalUrl,
      settings,
      log,
      budget: memory,
      proceed: done,
      fail: (error) => void reply.send(error),
    })
    request.context = context
    connection.receive(context)
  }
}
