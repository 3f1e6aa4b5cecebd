// What DEBUG shows of requests and responses. Nothing secret: only what is known to be harmless is shown of a head, and
// of a body what is left once its secrets are hidden.

import type { IncomingMessage } from 'node:http'
import { redactCommand, redactSecrets } from '../access/redact.ts'
import type { Envelope } from '../command/envelope.ts'
import { printCompact } from '../json/text/print.ts'
import type { RawJson } from '../json/raw.ts'
import { rawToString } from '../json/raw.ts'
import type { Log } from '../log/message.ts'
import { reasonPhrase } from './http-error.ts'

/** Bytes of a body that is looked at; of a larger one only the size is shown. */
const maxShownBody = 64 * 1024

/** Headers whose values are shown. */
const harmless: ReadonlySet<string> = new Set([
  'accept', 'accept-encoding', 'accept-language', 'connection', 'content-encoding', 'content-length', 'content-type',
  'date', 'expect', 'host', 'transfer-encoding', 'upgrade', 'user-agent', 'via',
])

/** @param target the request target as sent */
export function traceHead(
  log: Log,
  id: 'HTTP_CLIENT_REQUEST_RECEIVED_DETAILS' | 'HTTP_BAD_CLIENT_REQUEST_RECEIVED_DETAILS',
  remoteAddress: string,
  { method, httpVersion, rawHeaders }: IncomingMessage,
  target: string,
): void {
  if (!log.enabled(id)) return
  // A query or a user in a URL is where some clients put what belongs into a header.
  const shown = target.replace(/\?.*/s, '?*****').replace(/\/\/[^/]*@/, '//*****@')
  const lines = [`${method ?? ''} ${shown} HTTP/${httpVersion}`]
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [rawHeaders[i], rawHeaders[i + 1]]
    lines.push(`${name}: ${harmless.has(name.toLowerCase()) ? value : '*****'}`)
  }
  log.write(id, { 'remote-address': remoteAddress, message: lines.join('\n') })
}

/** The command of a body that is one; nothing is shown of any other. */
export function traceCommand(log: Log, remoteAddress: string, envelope: Envelope): void {
  const id = 'HTTP_CLIENT_REQUEST_RECEIVED_DETAILS'
  if (envelope.kind !== 'command' || !log.enabled(id)) return
  const services = envelope.services.map((service) => printCompact(service)).join(', ')
  const args = envelope.arguments === null ? '' : `, "arguments": ${shownBody(envelope.arguments, redactCommand)}`
  const message = `{ "command": ${printCompact(envelope.name)}, "service": [ ${services} ]${args} }`
  log.write(id, { 'remote-address': remoteAddress, message })
}

export function traceResponse(log: Log, remoteAddress: string, status: number, body: RawJson): void {
  if (!log.enabled('HTTP_SERVER_RESPONSE_SEND')) return
  log.write('HTTP_SERVER_RESPONSE_SEND', { 'remote-address': remoteAddress, status, bytes: body.length })
  if (!log.enabled('HTTP_SERVER_RESPONSE_SEND_DETAILS')) return
  const message = `HTTP/1.1 ${status} ${reasonPhrase(status)}\n${shownBody(body, redactSecrets)}`
  log.write('HTTP_SERVER_RESPONSE_SEND_DETAILS', { 'remote-address': remoteAddress, message })
}

/** @param body one valid JSON value */
function shownBody(body: RawJson, redact: typeof redactSecrets): string {
  const redacted = body.length > maxShownBody ? null : redact(body)
  return redacted === null || redacted instanceof Promise ? `(${body.length} bytes)` : rawToString(redacted)
}
