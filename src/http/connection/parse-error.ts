// Turns an error of Node's HTTP parser into the HTTP error that fits. The parser is dead after any error, so each of
// them ends the connection.

import { headTooLarge, HttpError, methodNotAllowed, otherVersion } from '../http-error.ts'
import { isKnownVersion } from '../request/request-head.ts'

/** What Node adds to an error of its parser. */
export interface ParseError extends Error {
  readonly code?: string | undefined
  /** The parser's own words, without anything received. */
  readonly reason?: string
  /** Where in `rawPacket` it gave up. */
  readonly bytesParsed?: number
  /** The latest bytes received. */
  readonly rawPacket?: Buffer
}

/** The refusal, or null for what is no fault of the request: the connection broke, or bytes follow the last request. */
export function parseFailure(error: ParseError): HttpError | null {
  const { code = '' } = error
  if (!code.startsWith('HPE_') || code === 'HPE_CLOSED_CONNECTION') return null
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return headTooLarge()
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new HttpError('too-large', 'the chunk extensions are over the limit')
    case 'HPE_PAUSED_H2_UPGRADE':
      return new HttpError('version', 'HTTP/2 is not spoken here; use HTTP/1.1')
    case 'HPE_INVALID_EOF_STATE':
      return new HttpError('framing', 'the connection was closed before the request was complete')
  }
  if (error.reason === 'Invalid method for HTTP/x.x request') {
    return isOtherVersion(error) ? otherVersion() : methodNotAllowed()
  }
  // Versions of RTSP and ICE with methods that these protocols do not have.
  if (/(?:RTSP|ICE)\/x\.x/.test(error.reason ?? '')) return otherVersion()
  if (code === 'HPE_INVALID_CONSTANT') return isOtherVersion(error) ? otherVersion() : malformed(error)
  if (code === 'HPE_INVALID_VERSION') return versionFailure(error)
  if (code === 'HPE_INVALID_METHOD') return methodFailure(error)
  return malformed(error)
}

/** What stands after the target of a request line: the name of a protocol and its version. */
const versionForm = /^([A-Za-z][A-Za-z0-9.+-]*)\/(\d+(?:\.\d+)?)$/

/** Whether the word in which the parser gave up names another protocol, or another version of HTTP. */
function isOtherVersion(error: ParseError): boolean {
  const { text, at } = textAround(error)
  const [word = '', end] = text.slice(text.lastIndexOf(' ', at - 1) + 1).split(/[\r\n]/, 2)
  return end !== undefined && namesOtherVersion(word)
}

function namesOtherVersion(word: string): boolean {
  const [, name, version = ''] = versionForm.exec(word) ?? []
  return name !== undefined && (name !== 'HTTP' || !isKnownVersion(version))
}

/** The error for a version that the parser does not take: another version of HTTP, or a malformed one. */
function versionFailure(error: ParseError): HttpError {
  const { text, at } = textAround(error)
  const version = /^HTTP\/(\d+\.\d+)(?:[\r\n]|$)/.exec(text.slice(text.lastIndexOf('HTTP/', at)))?.[1]
  const other = version === undefined ? error.reason === 'Invalid HTTP version' : !isKnownVersion(version)
  return other ? otherVersion() : malformed(error)
}

/**
 * The error for a method that the parser does not know, where the rest is a request line; otherwise what came is not
 * HTTP.
 */
function methodFailure(error: ParseError): HttpError {
  const { text, at } = textAround(error)
  if (hasProxyHeader(error)) {
    const advice = 'set proxy-protocol and trusted-proxies here, or switch it off in the proxy'
    return new HttpError('framing', `a header of the PROXY protocol came before the request, which is not read here; ${advice}`)
  }
  if (text.startsWith('\x16\x03', at)) {
    return new HttpError('framing', 'this looks like TLS, but plain HTTP is spoken here; use http:// or configure TLS')
  }
  // A body without a line end may stand before the method on the same line. Where one ends and the other begins is not
  // known, and makes no difference here.
  const method = /[!#$%&'*+.^_`|~0-9A-Za-z-]*$/.exec(text.slice(0, at))?.[0] ?? ''
  const line = text.slice(at - method.length)
  if (!startsRequestLine(line)) return malformed(error)
  return namesOtherVersion(line.split(/[ \r\n]/, 3)[2] ?? '') ? otherVersion() : methodNotAllowed()
}

/** How versions 1 and 2 of the PROXY protocol begin. */
const proxyHeader = /^(?:PROXY (?:TCP4|TCP6|UNKNOWN)[ \r]|\r\n\r\n\0\r\nQUIT\n)/

function hasProxyHeader({ rawPacket }: ParseError): boolean {
  return proxyHeader.test(rawPacket?.toString('latin1', 0, 16) ?? '')
}

/** The latest bytes received, near the place where the parser gave up. */
function textAround(error: ParseError): { text: string; at: number } {
  const at = error.bytesParsed ?? 0
  const from = Math.max(0, at - 64)
  return { text: error.rawPacket?.toString('latin1', from, at + 8192) ?? '', at: at - from }
}

/** Whether the text starts with a line that is a request line in all but its method, or is the beginning of one. */
function startsRequestLine(text: string): boolean {
  const [line = '', ...rest] = text.split(/[\r\n]/, 2)
  const [method = '', target, version, ...more] = line.split(' ')
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method) || more.length > 0) return false
  if (rest.length === 0) return /^[^\x00-\x1f\x7f]*$/.test(line)
  return /^[^\x00-\x20\x7f]+$/.test(target ?? '') && versionForm.test(version ?? '')
}

function malformed(error: ParseError): HttpError {
  const { code = '' } = error
  // The parser calls it a malformed length.
  const besideCoding = code === 'HPE_INVALID_CONTENT_LENGTH' && /transfer-encoding/i.test(error.reason ?? '')
  if (besideCoding) return new HttpError('framing', sentences['HPE_INVALID_TRANSFER_ENCODING'])
  if (endsInLfAlone(error)) return new HttpError('framing', 'a line of the head ends in LF alone; write CR LF')
  return new HttpError('framing', sentences[code] ?? 'the request is not HTTP')
}

/** Whether the parser gave up at an LF without a CR, which is a line end for other programs. */
function endsInLfAlone(error: ParseError): boolean {
  const { text, at } = textAround(error)
  return [at - 1, at].some((place) => text[place] === '\n' && place > 0 && text[place - 1] !== '\r')
}

/** Our own words for what the parser found; its own differ between its versions and name its states. */
const sentences: Readonly<Partial<Record<string, string>>> = {
  HPE_INVALID_METHOD: 'the request line does not begin with a method',
  HPE_INVALID_URL: 'the target in the request line holds a character that must be percent-encoded, or is empty',
  HPE_INVALID_CONSTANT: 'the request line is not of the form "POST / HTTP/1.1"',
  HPE_INVALID_VERSION: 'the version in the request line is malformed; write HTTP/1.1',
  HPE_CR_EXPECTED: 'a line of the head does not end in CR LF',
  HPE_LF_EXPECTED: 'a CR without its LF stands in the head or between chunks',
  HPE_STRICT: 'a line does not end in CR LF',
  HPE_INVALID_HEADER_TOKEN: 'a header line holds a character that it must not hold, or has no colon',
  HPE_UNEXPECTED_SPACE: 'a blank stands where no blank may stand, such as before the colon of a header',
  HPE_INVALID_CONTENT_LENGTH: 'Content-Length must be digits only',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'Content-Length is given twice, or beside Transfer-Encoding',
  HPE_INVALID_TRANSFER_ENCODING: 'Transfer-Encoding is given beside Content-Length, or is not "chunked"',
  HPE_INVALID_CHUNK_SIZE: 'a chunk does not begin with its size in hexadecimal digits',
}
