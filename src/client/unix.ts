// Sends one command directly to a daemon, over its UNIX socket. The answer is one JSON value.

import type net from 'node:net'
import { Scanner } from '../json/scan/scanner.ts'
import type { ScanVerdict } from '../json/scan/types.ts'
import { BodyCollector } from './body-collector.ts'
import type { BoundedOptions, Exchange } from './door.ts'
import { ClientError } from './error.ts'

/**
 * The answer ends with its last bracket, or where the daemon closes the connection, as Kea's daemons do.
 * @throws {ClientError} `closed`; `http` for an answer that is too long
 */
export function exchangeUnix(
  socket: net.Socket,
  body: Buffer,
  { signal, onChunk }: BoundedOptions,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const collector = new BodyCollector(onChunk)
    const scanner = new Scanner('answer')
    /** null: nothing was received yet. */
    let verdict: ScanVerdict | null = null
    const finish = (error: ClientError | null): void => {
      signal.removeEventListener('abort', abort)
      socket.removeAllListeners().on('error', () => undefined).destroy()
      if (error === null) resolve({ status: null, headers: {}, body: collector.body() })
      else reject(error)
    }
    const early = (cause?: unknown): ClientError => {
      const when = verdict === null ? 'without an answer' : 'in the middle of its answer'
      return new ClientError('closed', `the daemon closed the connection ${when}`, 'look at its log; it may have been stopped', cause)
    }
    const abort = (): void => finish(early(signal.reason))
    signal.addEventListener('abort', abort, { once: true })
    socket.on('data', (chunk: Buffer) => {
      verdict = scanner.push(chunk)
      if (!collector.take(chunk)) finish(collector.tooLong())
      else if (verdict === 'done') finish(null)
    })
    // An answer that is no strict JSON, such as the number `1e+06.0` of Kea 2.2, ends where the daemon closes.
    socket.once('end', () => finish(verdict === 'bad' ? null : early()))
    socket.once('error', (error) => finish(early(error)))
    socket.write(body)
  })
}
