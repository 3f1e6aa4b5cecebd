// Which protocol a request is of. Node's parser also takes request lines of RTSP and ICE, such as `POST / RTSP/1.0`,
// and reports them as requests of HTTP/1.0 (llhttp 9, seen on Node 20 to 26). So the bytes are searched before it gets
// them.

import type { IncomingMessage } from 'node:http'
import { METHODS } from 'node:http'

/** All other methods that the parser takes are of RTSP. */
const httpMethods: ReadonlySet<string> = new Set(METHODS)

/** The beginnings of request lines that the parser takes both with HTTP and with another protocol. */
const lineStarts = ['GET ', 'POST ', 'OPTIONS ', 'SOURCE '] as const
const maxStart = 8

/** Such a line of RTSP or ICE. Several blanks may stand for one, as in llhttp. */
const otherLine = /(GET|POST|OPTIONS|SOURCE) +([^ \r\n]+) +(?:RTSP|ICE)\/(\d\.\d)\r/g

/**
 * How many request lines of other protocols are remembered, and how many characters each may have. No client has a
 * reason to send even one.
 */
const maxLines = 4
const maxLineLength = 1024

/** Searches the bytes of one connection. */
export class RequestProtocol {
  readonly #maxHeadSize: number
  /** Request lines of other protocols, as the parser reports them: method, target and version. */
  readonly #otherLines = new Set<string>()
  /** Whether there were more such lines, or longer ones, than are remembered: then no request can be trusted. */
  #tooMany = false
  /** What has come of the latest line, from where a request line of another protocol may begin; Latin-1. */
  #partialLine = ''

  /** @param maxHeadSize bytes that a request line may have */
  constructor(maxHeadSize: number) {
    this.#maxHeadSize = maxHeadSize
  }

  /** @param chunk the next bytes received, before the parser gets them */
  read(chunk: Buffer): void {
    if (this.#tooMany) return
    const text = this.#partialLine + chunk.toString('latin1')
    if (text.includes('RTSP/') || text.includes('ICE/')) this.#remember(text)
    this.#partialLine = partialLine(text, this.#maxHeadSize)
  }

  /** Whether a request that the parser has just reported is of HTTP. */
  isHttp({ method = '', url = '', httpVersion }: IncomingMessage): boolean {
    if (!httpMethods.has(method) || this.#tooMany) return false
    return this.#otherLines.size === 0 || !this.#otherLines.has(`${method} ${url} ${httpVersion}`)
  }

  /** A JSON body cannot hold such a line: it ends in a line end, and a JSON string has none. */
  #remember(text: string): void {
    for (const [line, method = '', target = '', version = ''] of text.matchAll(otherLine)) {
      this.#otherLines.add(`${method} ${target} ${version}`)
      this.#tooMany ||= this.#otherLines.size > maxLines || line.length > maxLineLength
    }
  }
}

/** What has to be kept of the last line, mostly next to nothing. */
function partialLine(text: string, maxSize: number): string {
  const start = Math.max(text.lastIndexOf('\r'), text.lastIndexOf('\n')) + 1
  if (start === text.length) return ''
  const line = text.slice(Math.max(start, text.length - maxSize))
  const starts = lineStarts.map((method) => line.indexOf(method)).filter((at) => at >= 0)
  // The line may end within a method: as many characters are kept as the beginning of one may have.
  if (starts.length === 0) return line.slice(1 - maxStart)
  // A copy: a slice would keep the whole chunk in memory.
  return Buffer.from(line.slice(Math.min(...starts)), 'latin1').toString('latin1')
}
