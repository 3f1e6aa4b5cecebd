// What DEBUG shows of requests and responses. Nothing secret is shown: of a head only what is known to be harmless, and
// of a body what is left once its secrets are hidden.

import type { IncomingMessage } from 'node:http'
import { redactCommand, redactSecrets } from '../access/redact.ts'
import type { Envelope } from '../command/envelope.ts'
import { printCompact } from '../json/text/print.ts'
import type { RawJson } from '../json/raw.ts'
import { rawToString } from '../json/raw.ts'
import type { Log } from '../log/message.ts'
import { addressFields } from '../net/client-address.ts'
import type { ClientAddress } from '../net/client-address.ts'
import { reasonPhrase } from './http-error.ts'

/** Bytes of the largest body that is shown; of a larger one only the size is. */
const maxShownBody = 64 * 1024

/** Headers whose values are shown. */
const harmless: ReadonlySet<string> = new Set([
  'accept', 'accept-encoding', 'accept-language', 'connection', 'content-encoding', 'content-length', 'content-type',
  'date', 'expect', 'forwarded', 'host', 'transfer-encoding', 'upgrade', 'user-agent', 'via', 'x-forwarded-for',
])

/** @param target the request target as sent */
export function traceHead(
  log: Log,
  id: 'HTTP_CLIENT_REQUEST_RECEIVED_DETAILS' | 'HTTP_BAD_CLIENT_REQUEST_RECEIVED_DETAILS',
  client: ClientAddress,
  { method, httpVersion, rawHeaders }: IncomingMessage,
  target: string,
): void {
  if (!log.enabled(id)) return
  // Some clients put credentials that belong into a header into the query or the user part of a URL.
  const shown = target.replace(/\?.*/s, '?*****').replace(/\/\/[^/]*@/, '//*****@')
  const lines = [`${method ?? ''} ${shown} HTTP/${httpVersion}`]
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [rawHeaders[i], rawHeaders[i + 1]]
    lines.push(`${name}: ${harmless.has(name.toLowerCase()) ? value : '*****'}`)
  }
  log.write(id, { ...addressFields(client), message: lines.join('\n') })
}

/** Shows the command in a body. Nothing is shown of a body that is no command. */
export function traceCommand(log: Log, client: ClientAddress, envelope: Envelope): void {
  const id = 'HTTP_CLIENT_REQUEST_RECEIVED_DETAILS'
  if (envelope.kind !== 'command' || !log.enabled(id)) return
  const services = envelope.services.map((service) => printCompact(service)).join(', ')
  const args = envelope.arguments === null ? '' : `, "arguments": ${shownBody(envelope.arguments, redactCommand)}`
  const message = `{ "command": ${printCompact(envelope.name)}, "service": [ ${services} ]${args} }`
  log.write(id, { ...addressFields(client), message })
}

export function traceResponse(log: Log, client: ClientAddress, status: number, body: RawJson): void {
  if (!log.enabled('HTTP_SERVER_RESPONSE_SEND')) return
  log.write('HTTP_SERVER_RESPONSE_SEND', { ...addressFields(client), status, bytes: body.length })
  if (!log.enabled('HTTP_SERVER_RESPONSE_SEND_DETAILS')) return
  const message = `HTTP/1.1 ${status} ${reasonPhrase(status)}\n${shownBody(body, redactSecrets)}`
  log.write('HTTP_SERVER_RESPONSE_SEND_DETAILS', { ...addressFields(client), message })
}

/** @param body one valid JSON value */
function shownBody(body: RawJson, redact: typeof redactSecrets): string {
  const redacted = body.length > maxShownBody ? null : redact(body)
  return redacted === null || redacted instanceof Promise ? `(${body.length} bytes)` : rawToString(redacted)
}
