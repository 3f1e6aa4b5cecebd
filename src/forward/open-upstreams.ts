// The upstreams of one configuration: one for each control socket, however many services name it. Upstreams that did
// not change are taken over from the previous configuration, with their queues. Nothing is connected to.

import type { X509Certificate } from 'node:crypto'
import type { ControlSocketConfig, HttpSocketConfig } from '../config/types.ts'
import { inSlices } from '../in-slices.ts'
import type { Sliced } from '../in-slices.ts'
import { socketAddress, socketIdentity } from '../config/resolve/socket-address.ts'
import type { Log } from '../log/message.ts'
import type { ClientCredentials } from '../tls/files/client-credentials.ts'
import { subjectName } from '../x509/certificate-info.ts'
import { createHttpUpstream } from './http/upstream.ts'
import { inquiryLimits } from './inquiry.ts'
import { TlsFileSets } from './tls-file-sets.ts'
import { MeasuredUpstream } from './measured-upstream.ts'
import { UpstreamStats } from './upstream-stats.ts'
import { createUnixUpstream } from './unix/upstream.ts'
import type { Transport } from './upstream.ts'

export interface Upstreams {
  readonly byService: ReadonlyMap<string, MeasuredUpstream>
  /** By everything that the connection depends on. The keys hold secrets: they must never be shown. */
  readonly byKey: ReadonlyMap<string, MeasuredUpstream>
  /** Statistics, by `socketIdentity`. */
  readonly records: ReadonlyMap<string, UpstreamStats>
  /** The TLS files of all https control sockets. */
  readonly tlsFiles: TlsFileSets
}

/**
 * @param sockets by service name
 * @param previous the upstreams of the configuration that this one is to replace
 * @throws TlsError with every problem of all certificate files
 */
export async function openUpstreams(
  sockets: ReadonlyMap<string, ControlSocketConfig>,
  log: Log,
  previous: Upstreams | null,
): Promise<Upstreams> {
  return inSlices(upstreamWork(sockets, log, previous))
}

function* upstreamWork(
  sockets: ReadonlyMap<string, ControlSocketConfig>,
  log: Log,
  previous: Upstreams | null,
): Sliced<Upstreams> {
  const tlsFiles = new TlsFileSets()
  const records = new Map<string, UpstreamStats>()
  const byService = new Map<string, MeasuredUpstream>()
  const byKey = new Map<string, MeasuredUpstream>()
  for (const [service, socket] of sockets) {
    yield
    const credentials = socket.socketType === 'https' && socket.tls !== null ? yield* tlsFiles.load(socket.tls, service) : null
    if (socket.socketType === 'https' && credentials === null) continue
    const key = JSON.stringify({ ...socket, userContext: null })
    const known = byKey.get(key) ?? sameCredentials(previous?.byKey.get(key), credentials)
    const identity = socketIdentity(socket)
    const record = records.get(identity) ?? previous?.records.get(identity) ?? new UpstreamStats()
    const upstream = known ?? openUpstream(socket, credentials, record, log)
    if (socket.socketType !== 'unix' && socket.tls !== null) tlsFiles.use(socket.tls, upstream)
    records.set(identity, upstream.stats)
    byKey.set(key, upstream)
    byService.set(service, upstream)
  }
  tlsFiles.check()
  return { byService, byKey, records, tlsFiles }
}

/** An upstream of the previous configuration is kept only if its certificates are the same. */
function sameCredentials(
  upstream: MeasuredUpstream | undefined,
  credentials: ClientCredentials | null,
): MeasuredUpstream | undefined {
  return upstream?.credentials?.digest === credentials?.digest ? upstream : undefined
}

/**
 * To be called once `next` is in force: upstreams that only the previous configuration used close their idle
 * connections.
 */
export function retireUpstreams(before: Upstreams, next: Upstreams): void {
  for (const [key, upstream] of before.byKey) if (next.byKey.get(key) !== upstream) upstream.retire()
}

function openUpstream(
  socket: ControlSocketConfig,
  credentials: ClientCredentials | null,
  record: UpstreamStats,
  log: Log,
): MeasuredUpstream {
  const onPeerCertificate = (certificate: X509Certificate): void => {
    const { validFrom, validTo } = certificate
    const dates = { notBefore: Date.parse(validFrom), notAfter: Date.parse(validTo) }
    record.certificate = { subject: subjectName(certificate), ...dates }
  }
  const open = (like: ControlSocketConfig, using: ClientCredentials | null): Transport => {
    return openTransport(like, using, { log, onPeerCertificate })
  }
  return new MeasuredUpstream(open(socket, credentials), record, {
    host: socket.socketType === 'unix' ? null : socket.address,
    credentials,
    openForInquiry: (using) => open({ ...socket, limits: inquiryLimits }, using),
  })
}

interface TransportEvents {
  readonly log: Log
  readonly onPeerCertificate: (certificate: X509Certificate) => void
}

function openTransport(
  socket: ControlSocketConfig,
  credentials: ClientCredentials | null,
  { log, onPeerCertificate }: TransportEvents,
): Transport {
  const address = socketAddress(socket)
  if (socket.socketType === 'unix') {
    const onTrailingBytes = (): void => log.write('KEAGATE_ANSWER_TRAILING_BYTES', { socket: address })
    return createUnixUpstream({ path: socket.path, limits: socket.limits, onTrailingBytes })
  }
  return createHttpUpstream({
    name: address,
    address: socket.address,
    port: socket.port,
    limits: socket.limits,
    service: socket.service,
    onPeerCertificate,
    tls: credentials && { credentials, serverName: socket.tls?.serverName ?? null },
    authorization: authorizationOf(socket),
    forwardClientAddress: socket.forwardClientAddress,
  })
}

function authorizationOf({ login }: HttpSocketConfig): string | null {
  if (login === null) return null
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
}
