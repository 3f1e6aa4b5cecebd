// The headers of an answer: ours, and the configured ones that go into every answer, also into those written to a
// socket without Node's help.

import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { HttpHeader } from '../config/types.ts'
import type { Failure } from './failure.ts'
import { failureBody, reasonPhrase } from './failure.ts'

/** What frames the answer is not the operator's to change. */
const reserved: ReadonlySet<string> = new Set([
  'connection', 'content-length', 'date', 'keep-alive', 'trailer', 'transfer-encoding', 'upgrade',
])

/** What is the same in all answers under one configured list of headers. */
interface Standing {
  /** Names and values in turn, with Content-Type. */
  readonly headers: readonly string[]
  /** The same as lines, each with its end. */
  readonly lines: string
}

/** By configured list, which lives as long as its configuration. */
const prepared = new WeakMap<readonly HttpHeader[], Standing>()

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
  const always = standing(configured).headers
  for (let i = 0; i < always.length; i += 2) {
    const [name = '', value = ''] = [always[i], always[i + 1]]
    if (own.length === 0 || !named(own, name)) headers.push(name, value)
  }
  for (const part of own) headers.push(toWire(part))
  if (close) headers.push('Connection', 'close')
  return headers
}

/**
 * The head of a 200 after which the connection stays open, as Latin-1 text, exactly as Node writes it.
 * @param length bytes of the body
 */
export function openHead(configured: readonly HttpHeader[], length: number): string {
  const { lines } = standing(configured)
  return `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n${lines}Date: ${httpDate()}\r\nConnection: keep-alive\r\n\r\n`
}

/** A whole answer for a connection that no `ServerResponse` can answer on; it always says that it is the last. */
export function rawAnswer(configured: readonly HttpHeader[], failure: Failure): Buffer {
  const body = failureBody(failure)
  const headers = answerHeaders(configured, [...failure.headers, 'Date', new Date().toUTCString()], body.length, true)
  let head = `HTTP/1.1 ${failure.status} ${reasonPhrase(failure.status)}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i] ?? ''}: ${headers[i + 1] ?? ''}\r\n`
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), ...body.chunks])
}

/**
 * As Kea: stored by lower-case name, so a later header replaces an earlier one, and Content-Type may be replaced.
 * @throws TypeError for what cannot stand in a header
 */
function standing(configured: readonly HttpHeader[]): Standing {
  const known = prepared.get(configured)
  if (known !== undefined) return known
  const byName = new Map([['content-type', ['Content-Type', 'application/json']]])
  for (const { name, value } of configured) {
    const key = name.toLowerCase()
    if (!reserved.has(key)) byName.set(key, [name, toWire(value)])
  }
  // The configuration has been checked for this; once more, because an answer may not be split.
  for (const [name = '', value = ''] of byName.values()) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  }
  const lines = [...byName.values()].map(([name = '', value = '']) => `${name}: ${value}\r\n`).join('')
  const made = { headers: [...byName.values()].flat(), lines }
  prepared.set(configured, made)
  return made
}

let datedSecond = 0
let dateText = ''

/** The value of `Date`, which is the same for a whole second. */
function httpDate(): string {
  const now = Date.now()
  const second = Math.floor(now / 1000)
  if (second !== datedSecond) {
    datedSecond = second
    dateText = new Date(now).toUTCString()
  }
  return dateText
}

function named(headers: readonly string[], name: string): boolean {
  return headers.some((each, i) => i % 2 === 0 && each.toLowerCase() === name.toLowerCase())
}

/** Header text is sent as the bytes of its UTF-8, which Node wants as Latin-1 characters. */
function toWire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
