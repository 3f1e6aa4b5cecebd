// Turns the response of a daemon's HTTP listener into a result: the one element of the list, or for statuses other than
// 200 a reason made of the error map.

import type { IncomingMessage } from 'node:http'
import type { Reservation } from '../../command/scope.ts'
import { ListReader } from './list-reader.ts'
import type { UpstreamResult } from '../upstream.ts'

/** Bytes of a refusal that are read at most; Kea's refusals have less than a hundred. */
const maxErrorBodySize = 65_536

/** Characters of the daemon's own words that are passed on. */
const maxTextLength = 300

/** Takes the body chunk by chunk as it arrives. */
export class HttpReply {
  readonly #status: number
  readonly #type: string
  readonly #encoding: string
  readonly #reader: ListReader
  readonly #refusal: Buffer[] = []
  #refusalSize = 0

  constructor(response: IncomingMessage, maxAnswerSize: number, memory: Reservation) {
    this.#status = response.statusCode ?? 0
    this.#type = response.headers['content-type'] ?? ''
    this.#encoding = response.headers['content-encoding'] ?? ''
    this.#reader = new ListReader(maxAnswerSize, memory)
  }

  /** @returns why the body cannot hold an answer any more, or null */
  push(chunk: Buffer): string | null {
    if (this.#status === 200) return this.#reader.push(chunk) ? null : this.#noAnswer()
    this.#refusalSize += chunk.length
    if (this.#refusalSize > maxErrorBodySize) return this.#refused('')
    this.#refusal.push(chunk)
    return null
  }

  /** The body is over. */
  finish(): UpstreamResult {
    if (this.#status !== 200) return failure(this.#refused(textOf(Buffer.concat(this.#refusal).toString())))
    const answer = this.#reader.finish()
    return answer === null ? failure(this.#noAnswer()) : { ok: true, answer }
  }

  /** Drops what has come and releases its memory: it will never become an answer. */
  discard(): void {
    this.#reader.discard()
  }

  #noAnswer(): string {
    const problem = this.#reader.problem()
    if (this.#encoding !== '') return `the answer has Content-Encoding ${shown(this.#encoding)}, which was not asked for`
    return isJson(this.#type) ? problem : `${problem}; it came as ${this.#kind()}: is this the address of a Kea daemon?`
  }

  #refused(text: string): string {
    const said = `it answered with HTTP status ${this.#status}`
    if (text === '') return `${said} and ${this.#kind()}: is this the address of a Kea daemon?`
    const remedy = remedies[this.#status]
    return remedy === undefined ? `${said}: ${text}` : `${said}: ${text}; ${remedy}`
  }

  #kind(): string {
    return this.#type === '' ? 'no Content-Type' : `Content-Type ${shown(this.#type)}`
  }
}

const remedies: Readonly<Partial<Record<number, string>>> = {
  401: 'give this control socket a user and password that the daemon knows',
  403: 'the daemon, or an agent before it, does not allow this command to the user of this control socket',
}

function isJson(type: string): boolean {
  return /^application\/json *(;|$)/i.test(type)
}

/** The text of an error map such as Kea's `{ "result": 401, "text": "Unauthorized" }`; empty for anything else. */
function textOf(body: string): string {
  try {
    const map: unknown = JSON.parse(body)
    const text: unknown = typeof map === 'object' && map !== null && 'text' in map ? map.text : ''
    return typeof text === 'string' ? shown(text) : ''
  } catch {
    // HTML, or nothing at all.
    return ''
  }
}

function shown(text: string): string {
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}...` : text
}

function failure(reason: string): UpstreamResult {
  return { ok: false, offline: false, reason, sent: true }
}
