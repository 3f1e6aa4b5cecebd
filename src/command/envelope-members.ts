// Notes where the members of a command lie while its bytes are scanned. Of a repeated member the last one counts.

import type { ChunkList } from '../json/scan/chunk-list.ts'
import { readString } from '../json/text/literal.ts'
import type { ScanHandler } from '../json/scan/types.ts'

export type MemberName = 'command' | 'service' | 'arguments' | 'remote-address'

/** Where a value lies in the body. */
export interface MemberExtent {
  readonly start: number
  readonly end: number
  /** Whether a string in the value holds a `\u` escape from U+0100 up. */
  readonly wideEscapes: boolean
}

const names: readonly MemberName[] = ['command', 'service', 'arguments', 'remote-address']
const spellings = names.map((name) => ({ name, bytes: Buffer.from(`"${name}"`) }))

/** Bytes with quotes. No spelling of a known name is longer, even with every letter escaped. */
const maxKeyLength = 2 + 6 * 'remote-address'.length

/** Bytes with quotes. Shorter keys are no known names; they are told by length, as a body may hold ten million. */
const minKeyLength = Math.min(...spellings.map(({ bytes }) => bytes.length))

const nothing = new Uint8Array(0)

export class EnvelopeMembers implements ScanHandler {
  readonly maxDepth = 1
  readonly #store: ChunkList
  readonly #extents: Partial<Record<MemberName, MemberExtent>> = {}
  #chunk: Uint8Array = nothing
  #base = 0
  #current: MemberName | null = null
  #wideBefore = 0
  #unsupported: string | null = null

  /** @param store the bytes scanned so far, the chunk that is being scanned included */
  constructor(store: ChunkList) {
    this.#store = store
  }

  chunk(bytes: Uint8Array, base: number): void {
    this.#chunk = bytes
    this.#base = base
  }

  key(start: number, end: number, _depth: number, wideEscapes: number): void {
    if (end - start < minKeyLength && this.#unsupported !== null) {
      this.#current = null
      return
    }
    this.#current = this.#asWritten(start, end) ?? this.#unescaped(start, end)
    this.#wideBefore = wideEscapes
  }

  value(start: number, end: number, _depth: number, wideEscapes: number): void {
    if (this.#current === null) return
    this.#extents[this.#current] = { start, end, wideEscapes: wideEscapes > this.#wideBefore }
    this.#current = null
  }

  extent(name: MemberName): MemberExtent | undefined {
    return this.#extents[name]
  }

  /** The first key that is no known name, or its beginning; null where there is none. */
  unsupported(): string | null {
    return this.#unsupported
  }

  /** Finds a name in its plain spelling without making a string, because a body may hold millions of keys. */
  #asWritten(start: number, end: number): MemberName | null {
    const at = start - this.#base
    if (at < 0) return null
    const length = end - start
    for (const { name, bytes } of spellings) {
      if (bytes.length === length && sameBytes(bytes, this.#chunk, at)) return name
    }
    return null
  }

  #unescaped(start: number, end: number): MemberName | null {
    if (this.#unsupported !== null && this.#isForeign(start, end)) return null
    const text = this.#store.text(start, Math.min(end, start + maxKeyLength))
    if (end - start > maxKeyLength) {
      this.#unsupported ??= text.slice(1)
      return null
    }
    const key = text.includes('\\') ? readString(text, 0, 'command', ignore).value : text.slice(1, -1)
    const name = names.find((known) => known === key) ?? null
    if (name === null) this.#unsupported ??= key
    return name
  }

  /** Whether a quick look shows that the key is no known name spelled with escapes. */
  #isForeign(start: number, end: number): boolean {
    if (end - start > maxKeyLength) return true
    const at = start - this.#base
    if (at < 0) return false
    for (let i = at; i < end - this.#base; i++) {
      if (this.#chunk[i] === 0x5c) return false
    }
    return true
  }
}

function sameBytes(expected: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] !== bytes[at + i]) return false
  }
  return true
}

/** The scanner has already looked at every escape. */
function ignore(): void {
  return undefined
}
