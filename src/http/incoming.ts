// A request whose body goes to its reader while Node's parser comes upon it, within the same event. Through the stream
// that a request is, the same bytes wait for two turns of the loop and cost more than all that is done with them.

import { IncomingMessage } from 'node:http'

/** Is given a body in order. */
export interface BodyTaker {
  read(chunk: Buffer): void
  /** The body is complete. */
  end(): void
}

export class Incoming extends IncomingMessage {
  #taker: BodyTaker | null = null
  /** Whether the stream has got a part of the body, or its end. */
  #streamed = false
  #handedOver = false

  /**
   * Hands over the body from its first byte on, until `release`.
   * @returns false where the stream has some of it already, which is then the way to read it
   */
  handTo(taker: BodyTaker): boolean {
    if (this.#streamed) return false
    this.#taker = taker
    return true
  }

  /** What still comes is the stream's. */
  release(): void {
    this.#taker = null
  }

  /** Whether the body was handed over to its end. */
  get handedOver(): boolean {
    return this.#handedOver
  }

  /** Node's parser calls this with each piece of the body, and with null at its end. */
  override push(chunk: Buffer | null): boolean {
    const taker = this.#taker
    if (taker === null) {
      this.#streamed = true
      return super.push(chunk)
    }
    if (chunk === null) {
      this.#handedOver = true
      taker.end()
    } else {
      taker.read(chunk)
    }
    return true
  }

  /** Node calls this after the answer to empty a stream that nobody has read. This one has nothing in it. */
  _dump(): void {
    if (!this.#handedOver) nodes._dump?.call(this)
  }
}

const nodes: IncomingMessage & { _dump?(): void } = IncomingMessage.prototype

// Node asks this after the answer, to let go of a request that is there as a whole. Its type does not say that it is a
// getter, so it cannot be written as one.
const ended = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(IncomingMessage.prototype), 'readableEnded')
Object.defineProperty(Incoming.prototype, 'readableEnded', {
  configurable: true,
  get(this: Incoming): boolean {
    return this.handedOver || ended?.get?.call(this) === true
  },
})
