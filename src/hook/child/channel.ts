// The channel to the agent, as the process of a handler module sees it.

import { Socket } from 'node:net'
import { FrameReader, writeFrame } from '../frame.ts'
import type { FromChild, ToChild } from '../messages.ts'

/** The descriptor that the agent's launcher gives. */
const descriptor = 3

/** Larger than needed: the agent limits what it sends. */
const limits = { maxHeader: 16 * 1024 * 1024, maxPayload: 64 * 1024 * 1024 }

export interface Channel {
  /** @param payload JSON text; null: none */
  send(message: FromChild, payload?: Buffer | null): void
}

/** Opens the channel. The process ends when the channel closes. */
export function openChannel(onMessage: (message: ToChild, payload: Buffer) => void): Channel {
  const socket = new Socket({ fd: descriptor, readable: true, writable: true })
  let message: ToChild | null = null
  let chunks: Uint8Array[] = []
  const reader = new FrameReader(limits, {
    header: (text) => {
      // The agent sends no other messages.
      message = JSON.parse(text) as ToChild
    },
    payload: (chunk) => void chunks.push(chunk),
    end: () => {
      const payload = Buffer.concat(chunks)
      chunks = []
      if (message !== null) onMessage(message, payload)
    },
  })
  socket.on('data', (chunk) => reader.push(chunk))
  socket.on('error', () => process.exit(1))
  socket.on('close', () => process.exit())
  return {
    send: (sent, payload = null) => {
      writeFrame(socket, sent, payload === null ? null : { chunks: [payload], length: payload.length })
    },
  }
}
