// The headers of a response: those that frame it, and the configured ones that go into every response.

import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { HttpHeader } from '../../config/types.ts'
import type { HttpError } from '../http-error.ts'
import { reasonPhrase } from '../http-error.ts'

/** Headers that frame the response. The configuration cannot change these. */
const reserved: ReadonlySet<string> = new Set([
  'connection', 'content-length', 'date', 'keep-alive', 'trailer', 'transfer-encoding', 'upgrade',
])

/** Headers of all responses, names and values in turn, by the configured list; kept as long as that configuration. */
const staticHeaders = new WeakMap<readonly HttpHeader[], readonly string[]>()

/**
 * Names and values in turn, without Date.
 * @param own headers of this response alone; a configured one of the same name gives way
 * @param length bytes of the body
 */
export function responseHeaders(
  configured: readonly HttpHeader[],
  own: readonly string[],
  length: number,
  close: boolean,
): string[] {
  const headers = ['Content-Length', String(length)]
  const always = staticOf(configured)
  for (let i = 0; i < always.length; i += 2) {
    const [name = '', value = ''] = [always[i], always[i + 1]]
    if (own.length === 0 || !includesName(own, name)) headers.push(name, value)
  }
  for (const part of own) headers.push(toWire(part))
  if (close) headers.push('Connection', 'close')
  return headers
}

/** A whole response for a connection on which there is no request to answer; it says that it is the last one. */
export function rawResponse(configured: readonly HttpHeader[], error: HttpError): Buffer {
  const body = error.body()
  const headers = responseHeaders(configured, [...error.headers, 'Date', new Date().toUTCString()], body.length, true)
  let head = `HTTP/1.1 ${error.status} ${reasonPhrase(error.status)}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i] ?? ''}: ${headers[i + 1] ?? ''}\r\n`
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), ...body.chunks])
}

/**
 * As Kea: stored by lower-case name, so a later header replaces an earlier one, and Content-Type may be replaced.
 * @throws TypeError for what cannot stand in a header
 */
function staticOf(configured: readonly HttpHeader[]): readonly string[] {
  const known = staticHeaders.get(configured)
  if (known !== undefined) return known
  const byName = new Map([['content-type', ['Content-Type', 'application/json']]])
  for (const { name, value } of configured) {
    const key = name.toLowerCase()
    if (!reserved.has(key)) byName.set(key, [name, toWire(value)])
  }
  // Checked when the configuration is read, and once more here: a response may not be split.
  for (const [name = '', value = ''] of byName.values()) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  }
  const made = [...byName.values()].flat()
  staticHeaders.set(configured, made)
  return made
}

function includesName(headers: readonly string[], name: string): boolean {
  return headers.some((each, i) => i % 2 === 0 && each.toLowerCase() === name.toLowerCase())
}

/** Header text is sent as the bytes of its UTF-8, which Node wants as Latin-1 characters. */
function toWire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
