// The headers of an answer: ours, and the configured ones that go into every answer, also into those written to a
// socket without Node's help.

import type { HttpHeader } from '../config/types.ts'
import type { Failure } from './failure.ts'
import { failureBody, reasonPhrase } from './failure.ts'

/** What frames the answer is not the operator's to change. */
const reserved: ReadonlySet<string> = new Set([
  'connection', 'content-length', 'date', 'keep-alive', 'trailer', 'transfer-encoding', 'upgrade',
])

/** By configured list: names and values in turn, with Content-Type. A list lives as long as its configuration. */
const prepared = new WeakMap<readonly HttpHeader[], readonly string[]>()

/**
 * Names and values in turn, without Date.
 * @param own headers of this answer alone; a configured one of the same name gives way
 */
export function answerHeaders(
  configured: readonly HttpHeader[],
  own: readonly string[],
  length: number,
  close: boolean,
): string[] {
  const headers = ['Content-Length', String(length)]
  const always = standing(configured)
  for (let i = 0; i < always.length; i += 2) {
    const [name = '', value = ''] = [always[i], always[i + 1]]
    if (own.length === 0 || !named(own, name)) headers.push(name, value)
  }
  for (const part of own) headers.push(toWire(part))
  if (close) headers.push('Connection', 'close')
  return headers
}

/** A whole answer for a connection that no `ServerResponse` can answer on; it always says that it is the last. */
export function rawAnswer(configured: readonly HttpHeader[], failure: Failure): Buffer {
  const body = failureBody(failure)
  const headers = answerHeaders(configured, [...failure.headers, 'Date', new Date().toUTCString()], body.length, true)
  let head = `HTTP/1.1 ${failure.status} ${reasonPhrase(failure.status)}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i] ?? ''}: ${headers[i + 1] ?? ''}\r\n`
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), ...body.chunks])
}

/** As Kea: stored by lower-case name, so a later header replaces an earlier one, and Content-Type may be replaced. */
function standing(configured: readonly HttpHeader[]): readonly string[] {
  const known = prepared.get(configured)
  if (known !== undefined) return known
  const byName = new Map([['content-type', ['Content-Type', 'application/json']]])
  for (const { name, value } of configured) {
    const key = name.toLowerCase()
    if (!reserved.has(key)) byName.set(key, [name, toWire(value)])
  }
  const headers = [...byName.values()].flat()
  prepared.set(configured, headers)
  return headers
}

function named(headers: readonly string[], name: string): boolean {
  return headers.some((each, i) => i % 2 === 0 && each.toLowerCase() === name.toLowerCase())
}

/** Header text is sent as the bytes of its UTF-8, which Node wants as Latin-1 characters. */
function toWire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
