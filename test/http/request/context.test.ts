// The state of one request: when it may go on, who has the response, and what becomes of it when its client goes.

import http from 'node:http'
import { Socket } from 'node:net'
import t from 'tap'
import { ServiceGroups } from '../../../src/config/service-groups.ts'
import { Connection } from '../../../src/http/connection/connection.ts'
import { HttpError } from '../../../src/http/http-error.ts'
import { RequestContext } from '../../../src/http/request/context.ts'
import { MemoryBudget } from '../../../src/shares/memory-budget.ts'
import { TrustedProxies } from '../../../src/http/proxy/trusted-proxies.ts'
import type { HttpSettings } from '../../../src/http/settings.ts'
import { MetricRegistry } from '../../../src/metrics/registry.ts'
import { HandshakeLog } from '../../../src/tls/server/handshake-log.ts'
import { defaultLimits, recordingLog } from '../../support/recording-server.ts'

interface Made {
  readonly context: RequestContext
  readonly socket: Socket
  readonly budget: MemoryBudget
  /** The errors that were sent to the error handler. */
  readonly failed: HttpError[]
}

/** A request whose turn has come. */
function started(): Made {
  const log = recordingLog()
  const settings: HttpSettings = {
    limits: defaultLimits,
    headers: [],
    certificateRequired: false,
    trustedProxies: new TrustedProxies([]),
    readiness: null,
    revocation: null,
    trustAnchors: null,
    audit: null,
    metrics: null,
    tlsReport: new HandshakeLog(log, new MetricRegistry()),
    authenticator: null,
    serviceGroups: new ServiceGroups(), services: new Set(),
    dispatch: () => Promise.reject(new Error('nothing is dispatched here')),
  }
  const socket = new Socket()
  const connection = new Connection({
    socket, client: { remoteAddress: '192.0.2.1' }, consumed: 0, peer: null, verified: null, slot: null, origin: null, settings: () => settings, log,
  })
  const budget = new MemoryBudget({ limit: () => defaultLimits.maxBuffered })
  const failed: HttpError[] = []
  const context = new RequestContext({
    connection,
    raw: new http.IncomingMessage(socket),
    target: '/',
    settings: () => settings,
    log,
    budget,
    proceed: () => undefined,
    fail: (error) => {
      if (context.refuse()) failed.push(error)
    },
  })
  connection.receive(context)
  return { context, socket, budget, failed }
}

t.test('a command that is waited for no longer gives the other result, once', async (t) => {
  const { context, failed } = started()
  const result = context.run(() => new Promise<string>(() => undefined), () => 'abandoned')
  context.abort()
  t.equal(await result, 'abandoned')
  t.same(failed, [])
})

t.test('a request that is aborted while a hook waits is refused and does not go on', (t) => {
  const { context, failed } = started()
  t.ok(context.isChecking)
  context.abort()
  context.abort()
  t.notOk(context.isChecking)
  t.match(failed, [{ status: 503, closesConnection: true }])
  t.equal(failed.length, 1)
  t.end()
})

t.test('bad input is reported to the reader of the body, also where it was noticed earlier', (t) => {
  for (const early of [true, false]) {
    const { context } = started()
    const errors: HttpError[] = []
    const error = new HttpError('timeout')
    if (early) context.abortInput(error)
    context.startReading((each) => errors.push(each))
    if (!early) context.abortInput(error)
    t.same(errors, [error])
    t.ok(context.inputFailed)
  }
  t.end()
})

t.test('a client that goes aborts the signal; a command that runs keeps its memory until it ends', async (t) => {
  const { context, socket, budget } = started()
  t.ok(context.memory.tryReserve(100))
  const { signal } = context
  let end: (result: string) => void = () => undefined
  const result = context.run(() => new Promise<string>((resolve) => (end = resolve)), () => 'abandoned')
  socket.destroy()
  await new Promise((resolve) => socket.once('close', resolve))
  t.ok(signal.aborted)
  t.equal(budget.reserved, 100)
  end('done')
  t.equal(await result, 'done')
  t.notOk(context.beginResponse(), 'there is nobody to answer')
  t.equal(budget.reserved, 0)

  const other = started()
  other.context.memory.tryReserve(100)
  other.socket.destroy()
  await new Promise((resolve) => other.socket.once('close', resolve))
  t.equal(other.budget.reserved, 0, 'one that does not run gives it back at once')
  t.ok(other.context.signal.aborted, 'also where the signal is asked for later')
})

t.test('there is one response: the first claim has it', (t) => {
  const { context } = started()
  t.ok(context.refuse())
  t.notOk(context.refuse())
  t.ok(context.beginResponse())
  t.notOk(context.refuse())
  t.end()
})
