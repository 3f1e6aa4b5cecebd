// Sends one command and gets one answer. It is never repeated: it may have done its work although no answer came.

import net from 'node:net'
import { explainConnection, explainLookup, explainSocket } from '../doctor/unreachable.ts'
import type { BoundedOptions, Door, Exchange, ExchangeOptions } from './door.ts'
import { describeTarget, hostOf, portOf } from './door.ts'
import { ClientError, foundError } from './error.ts'
import { exchangeHttp } from './http.ts'
import { exchangeUnix } from './unix.ts'

export type { Door, Exchange, ExchangeOptions } from './door.ts'
export { ClientError } from './error.ts'

/**
 * Sends one command, once. Resolves for any HTTP status; `refusal` tells which are no answer to the command.
 * @param body a JSON map
 * @throws {ClientError}
 */
export async function exchange(door: Door, body: Buffer, options: ExchangeOptions = {}): Promise<Exchange> {
  const timeout = AbortSignal.timeout(door.timeoutMs)
  const signal = AbortSignal.any([timeout, ...(options.signal === undefined ? [] : [options.signal])])
  try {
    signal.throwIfAborted()
    return await run(door, body, { ...options, signal })
  } catch (error) {
    if (options.signal?.aborted === true) throw new ClientError('aborted', 'interrupted', null, error)
    if (timeout.aborted) throw late(door, error)
    throw error
  }
}

async function run(door: Door, body: Buffer, options: BoundedOptions): Promise<Exchange> {
  const { target } = door
  const { signal } = options
  if ('socketPath' in target) {
    const socket = await connected({ path: target.socketPath }, target.socketPath, signal)
    return exchangeUnix(socket, body, options)
  }
  const { url } = target
  const where = `${hostOf(url)} port ${portOf(url)}`
  // Loaded only where they are needed, and before there is a socket, which could fail meanwhile.
  const http = await import('node:http')
  const tls = url.protocol === 'https:' ? await import('./when-needed.ts') : null
  const socket = await connected({ host: hostOf(url), port: portOf(url) }, where, signal)
  const stream = tls === null ? socket : await tls.secure(socket, hostOf(url), door.tls ?? {}, signal)
  return exchangeHttp(http, stream, { url, authorization: door.authorization ?? null, body }, options)
}

/** Tries all addresses that a name has. */
function connected(to: net.NetConnectOpts, where: string, signal: AbortSignal): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(to)
    const abort = (): void => void socket.destroy(new Error('stopped'))
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', abort)
      const unknown = error.syscall === 'getaddrinfo' && 'host' in to
      if (unknown) reject(foundError('resolve', explainLookup(to.host ?? '', error), error))
      else reject(foundError('connect', 'path' in to ? explainSocket(error) : explainConnection(where, single(error)), error))
    })
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort)
      resolve(socket.removeAllListeners('error').removeAllListeners('connect'))
    })
  })
}

/** The error of the first address, if a name has several and none can be reached. */
function single(error: Error): Error {
  const [first] = error instanceof AggregateError ? (error.errors as readonly unknown[]) : []
  return first instanceof Error ? first : error
}

function late({ target, timeoutMs }: Door, cause: unknown): ClientError {
  const text = `no answer from ${describeTarget(target)} within ${timeoutMs / 1000} s`
  return new ClientError('timeout', text, 'what was asked for may still be done; allow more with --timeout SECONDS', cause)
}
