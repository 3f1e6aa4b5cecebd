// Checks whether the body that follows the head can be read at all: its type, coding and length.

import type { HttpHook } from '../fastify-types.ts'
import { bodyTooLarge, HttpError } from '../http-error.ts'
import type { RequestHead } from './request-head.ts'

/** Also tells a client that waits for a 100 to send the body. */
export function checkBodyHeaders(): HttpHook {
  return ({ context, raw }, reply, done) => {
    const { head, settings } = context
    if (head === null) throw new Error('the head has not been read')
    checkType(head)
    checkLength(head, settings.limits.maxBodySize)
    // HTTP/1.0 has neither expectations nor interim responses.
    if (head.expect !== null && raw.httpVersion === '1.1') {
      if (head.expect.toLowerCase() !== '100-continue') {
        throw new HttpError('expectation', 'the only expectation met here is 100-continue')
      }
      reply.raw.writeContinue()
    }
    done()
  }
}

function checkType({ contentType, coded }: RequestHead): void {
  if (contentType !== 'application/json' && !/^application\/json[ \t]*(?:;|$)/i.test(contentType ?? '')) {
    throw new HttpError('content-type', 'the Content-Type of a command is application/json')
  }
  if (coded) {
    const headers = ['Accept-Encoding', 'identity']
    throw new HttpError('content-type', 'a command is sent as it is, without any Content-Encoding', { headers })
  }
}

function checkLength({ contentLength, chunked }: RequestHead, maxBodySize: number): void {
  if (contentLength === null && !chunked) throw new HttpError('no-length', 'send a Content-Length or a chunked body')
  if (contentLength !== null && contentLength > maxBodySize) throw bodyTooLarge(maxBodySize)
}
