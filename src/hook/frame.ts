// The frames of the channel between the agent and the process of a handler module. Each has a prefix of eight bytes
// with the lengths of header and payload (unsigned, little-endian), then the header, then the payload. Node's own
// channel between processes parses whatever comes as one line of any length; here the length is known before anything
// is kept.

import type { Writable } from 'node:stream'

const prefixSize = 8

/** Payloads up to this many bytes are copied behind their header: a second write would cost more. */
const smallPayload = 4096

export interface FrameLimits {
  /** Bytes. */
  readonly maxHeader: number
  /** Bytes. */
  readonly maxPayload: number
}

/** Gets the parts of each frame in their order. */
export interface FrameReceiver {
  /** A frame begins. @param payloadSize bytes that follow */
  header(text: string, payloadSize: number): void
  /** The next bytes of its payload. */
  payload(chunk: Uint8Array): void
  /** The frame is complete. */
  end(): void
}

/** Splits a stream into frames. It keeps no more than one header; where payloads are kept is up to the receiver. */
export class FrameReader {
  readonly #limits: FrameLimits
  readonly #receiver: FrameReceiver
  readonly #prefix = Buffer.alloc(prefixSize)
  #prefixLength = 0
  #header = Buffer.alloc(0)
  #headerLength = 0
  #payloadLeft = 0
  #state: 'prefix' | 'header' | 'payload' | 'bad' = 'prefix'

  constructor(limits: FrameLimits, receiver: FrameReceiver) {
    this.#limits = limits
    this.#receiver = receiver
  }

  /** @returns false where the bytes are no frames; nothing is read from there on */
  push(chunk: Uint8Array): boolean {
    let at = 0
    while (at < chunk.length && this.#state !== 'bad') {
      if (this.#state === 'prefix') at += this.#readPrefix(chunk.subarray(at))
      else if (this.#state === 'header') at += this.#readHeader(chunk.subarray(at))
      else at += this.#readPayload(chunk.subarray(at))
    }
    return this.#state !== 'bad'
  }

  #readPrefix(chunk: Uint8Array): number {
    const part = chunk.subarray(0, prefixSize - this.#prefixLength)
    this.#prefix.set(part, this.#prefixLength)
    this.#prefixLength += part.length
    if (this.#prefixLength < prefixSize) return part.length
    this.#prefixLength = 0
    const headerSize = this.#prefix.readUInt32LE(0)
    this.#payloadLeft = this.#prefix.readUInt32LE(4)
    const { maxHeader, maxPayload } = this.#limits
    if (headerSize === 0 || headerSize > maxHeader || this.#payloadLeft > maxPayload) this.#state = 'bad'
    else {
      this.#header = Buffer.allocUnsafe(headerSize)
      this.#headerLength = 0
      this.#state = 'header'
    }
    return part.length
  }

  #readHeader(chunk: Uint8Array): number {
    const part = chunk.subarray(0, this.#header.length - this.#headerLength)
    this.#header.set(part, this.#headerLength)
    this.#headerLength += part.length
    if (this.#headerLength < this.#header.length) return part.length
    this.#receiver.header(this.#header.toString('utf8'), this.#payloadLeft)
    if (this.#payloadLeft === 0) this.#end()
    else this.#state = 'payload'
    return part.length
  }

  #readPayload(chunk: Uint8Array): number {
    const part = chunk.subarray(0, this.#payloadLeft)
    this.#payloadLeft -= part.length
    this.#receiver.payload(part)
    if (this.#payloadLeft === 0) this.#end()
    return part.length
  }

  #end(): void {
    this.#state = 'prefix'
    this.#receiver.end()
  }
}

/** Bytes in the pieces in which they came, so that they need no copy. */
export interface Payload {
  readonly chunks: readonly Uint8Array[]
  readonly length: number
}

/**
 * Writes one frame. What the other side does not read waits in the memory of this process: the caller has to limit how
 * much that is.
 * @param onWritten called when the system has taken all of it, or never will
 */
export function writeFrame(
  stream: Writable,
  header: object,
  payload: Payload | null = null,
  onWritten: () => void = () => undefined,
): void {
  const text = JSON.stringify(header)
  const headerSize = Buffer.byteLength(text)
  const size = payload?.length ?? 0
  const small = size <= smallPayload
  const frame = Buffer.allocUnsafe(prefixSize + headerSize + (small ? size : 0))
  frame.writeUInt32LE(headerSize, 0)
  frame.writeUInt32LE(size, 4)
  frame.write(text, prefixSize)
  if (small) {
    let at = prefixSize + headerSize
    for (const chunk of payload?.chunks ?? []) {
      frame.set(chunk, at)
      at += chunk.length
    }
    stream.write(frame, onWritten)
    return
  }
  const last = payload?.chunks.length ?? 0
  stream.cork()
  stream.write(frame)
  for (const [index, chunk] of payload?.chunks.entries() ?? []) {
    if (index + 1 === last) stream.write(chunk, onWritten)
    else stream.write(chunk)
  }
  stream.uncork()
}
