// Reads the head of a request and refuses every framing that two parsers could read differently (RFC 9112 sections 2.3,
// 3.2 and 6). Node's parser refuses much of this itself; what it lets through, on any of its versions, ends here.

import { isIPv6 } from 'node:net'
import { headTooLarge, HttpError, otherVersion } from '../http-error.ts'

/** What a request's head says that matters here. Of repeated headers that frame nothing the last counts, as in Kea. */
export interface RequestHead {
  /** null: none given. */
  readonly contentLength: number | null
  readonly chunked: boolean
  readonly contentType: string | null
  /** Whether the body is compressed or otherwise coded. */
  readonly coded: boolean
  readonly authorization: string | undefined
  /** null: none, or an empty one. */
  readonly expect: string | null
  /** Whether another protocol is offered; such offers are ignored. */
  readonly offersUpgrade: boolean
  /** Bytes that this head takes when written the usual way, one blank after each colon and none elsewhere. */
  readonly size: number
}

/** The part of Node's `IncomingMessage` that is read here. */
export interface MessageHead {
  readonly method?: string | undefined
  readonly httpVersion: string
  /** Names and values in turn, as sent, without the blanks around values. */
  readonly rawHeaders: readonly string[]
}

interface Found {
  length: string | null
  coding: string | null
  host: string | null
  contentType: string | null
  coded: boolean
  authorization: string | undefined
  expect: string | null
  offersUpgrade: boolean
}

/** Whether HTTP of this version is spoken here. */
export function isKnownVersion(version: string): boolean {
  return version === '1.1' || version === '1.0'
}

/**
 * @param target the request target as sent
 * @param maxSize bytes that the whole head may have
 * @throws HttpError
 */
export function readHead(message: MessageHead, target: string, maxSize: number): RequestHead {
  const { rawHeaders, httpVersion } = message
  const found: Found = {
    length: null,
    coding: null,
    host: null,
    contentType: null,
    coded: false,
    authorization: undefined,
    expect: null,
    offersUpgrade: false,
  }
  // "POST /target HTTP/1.1" and its line end, header lines, and the empty line.
  let size = (message.method ?? '').length + target.length + 12 + 2
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [rawHeaders[i], rawHeaders[i + 1]]
    size += name.length + value.length + 4
    const repeated = take(found, name.toLowerCase(), value)
    if (repeated !== null) throw new HttpError('framing', `${repeated} occurs more than once`)
  }
  if (!isKnownVersion(httpVersion)) throw otherVersion()
  const wrong = wrongFraming(found, httpVersion)
  if (wrong !== null) throw new HttpError('framing', wrong)
  if (size > maxSize) throw headTooLarge()
  return {
    contentLength: found.length === null ? null : Number(found.length),
    chunked: found.coding !== null,
    contentType: found.contentType,
    coded: found.coded,
    authorization: found.authorization,
    expect: found.expect,
    offersUpgrade: found.offersUpgrade,
    size,
  }
}

/** Keeps what a header says. @returns the header's name if it must not be repeated and is */
function take(found: Found, name: string, value: string): string | null {
  switch (name) {
    case 'content-length':
      if (found.length !== null) return 'Content-Length'
      found.length = value
      break
    case 'transfer-encoding':
      if (found.coding !== null) return 'Transfer-Encoding'
      found.coding = value
      break
    case 'host':
      if (found.host !== null) return 'Host'
      found.host = value
      break
    case 'content-type':
      found.contentType = value
      break
    case 'content-encoding':
      found.coded ||= !/^(?:identity)?$/i.test(value)
      break
    case 'authorization':
      found.authorization = value
      break
    case 'expect':
      found.expect = value === '' ? null : value
      break
    case 'upgrade':
      found.offersUpgrade = true
      break
  }
  return null
}

function wrongFraming(found: Found, httpVersion: string): string | null {
  const { length, coding, host } = found
  if (coding !== null) {
    if (length !== null) return 'Transfer-Encoding and Content-Length exclude each other'
    if (httpVersion === '1.0') return 'HTTP/1.0 has no Transfer-Encoding; send a Content-Length'
    if (coding.toLowerCase() !== 'chunked') return 'the only Transfer-Encoding known here is "chunked"'
  }
  if (length !== null && !/^[0-9]+$/.test(length)) return 'Content-Length must be digits only'
  if (host !== null && !isHost(host)) return 'Host is malformed; it is a name or address with an optional port'
  return null
}

/**
 * RFC 3986 section 3.2.2 with an optional port; empty is allowed (RFC 9112 section 3.2). Kea's own client strips the
 * brackets of an IPv6 address, so it passes without them too.
 */
function isHost(host: string): boolean {
  const name = /^(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*(?::[0-9]*)?$/
  return name.test(host) || isIPv6(host) || isIPv6(/^\[(.*)\](?::[0-9]*)?$/.exec(host)?.[1] ?? '')
}
