// Reads a request body as a command: its name, its services, and its arguments as the bytes received. For each way in
// which a body is no command there is a message of its own.

import { ChunkList } from '../json/scan/chunk-list.ts'
import type { LineColumn } from '../json/text/line-map.ts'
import { LineMap } from '../json/text/line-map.ts'
import { readString } from '../json/text/literal.ts'
import type { JsonNode } from '../json/text/node.ts'
import type { RawJson } from '../json/raw.ts'
import { Scanner } from '../json/scan/scanner.ts'
import { parseJson } from '../json/text/parser.ts'
import { maxServices } from '../config/service-groups.ts'
import { quoteName } from './answer.ts'
import type { MemberExtent } from './envelope-members.ts'
import { EnvelopeMembers } from './envelope-members.ts'

export type Envelope =
  | {
    readonly kind: 'command'
    readonly name: string
    /** Empty also where the body has no `service`. */
    readonly services: readonly string[]
    /** The exact bytes of `arguments`; null where the body has none. */
    readonly arguments: RawJson | null
  }
  /** JSON, but no command: HTTP 200 and one result-1 answer with this text. */
  | { readonly kind: 'malformed', readonly text: string }
  /** HTTP 400. */
  | { readonly kind: 'not-json', readonly text: string }

/** Bytes that `command` and `service` may have: far more than is ever needed, and still quick to read. */
const maxNameLength = 4096
const maxServiceListSize = 64 * 1024

const quote = 0x22
const openingBracket = 0x5b
/** The first byte of U+FEFF in UTF-8. No JSON text begins with it. */
const firstByteOfMark = 0xef

/** Bytes. The line and column of a place are counted only if no more bytes come before it. */
const maxLocatedSize = 64 * 1024

export class EnvelopeReader {
  readonly #store = new ChunkList()
  readonly #members = new EnvelopeMembers(this.#store)
  readonly #scanner = new Scanner('command', this.#members)
  #notJson: string | null = null

  /**
   * Scans the next chunk and keeps it without a copy (small ones are gathered), unless the body is known to be bad.
   * Never throws. The work is done at once, so pass chunks as a socket delivers them, at most 1 MiB.
   */
  push(chunk: Uint8Array): void {
    if (this.#notJson !== null) return
    this.#store.add(chunk)
    if (this.#scanner.push(chunk) === 'bad') this.#refuse()
  }

  /** Ends the body. @returns what it is */
  finish(): Envelope {
    if (this.#notJson === null && this.#store.length === 0) return malformed('no command was given: the body is empty')
    if (this.#notJson === null && this.#scanner.finish() === 'bad') this.#refuse()
    return this.#notJson === null ? this.#command() : { kind: 'not-json', text: this.#notJson }
  }

  /** Checks the members in Kea's order, which decides which of several mistakes is named. */
  #command(): Envelope {
    if (!this.#scanner.isMap()) return malformed('a command must be a map')
    const command = this.#members.extent('command')
    if (command === undefined) return malformed("the command has no 'command' member")
    const unsupported = this.#members.unsupported()
    if (unsupported !== null) return malformed(`unsupported parameter ${quoteName(unsupported)} in the command`)
    if (this.#store.byteAt(command.start) !== quote) return malformed("'command' must be a string")
    const name = this.#name(command)
    if (name === null) return malformed(`the name of a command takes at most ${maxNameLength} bytes`)
    const services = this.#services()
    if (typeof services === 'string') return malformed(services)
    return { kind: 'command', name, services, arguments: this.#arguments(services.length === 0) }
  }

  /** null where the name is too long. */
  #name(extent: MemberExtent): string | null {
    if (extent.end - extent.start > maxNameLength) return null
    const text = this.#text(extent)
    return text.includes('\\') ? readString(text, 0, 'command', ignore).value : text.slice(1, -1)
  }

  /** The names, or what is wrong with them. */
  #services(): string[] | string {
    const service = this.#members.extent('service')
    if (service === undefined) return []
    if (this.#store.byteAt(service.start) !== openingBracket) return "'service' must be a list"
    const list = this.#read(service, maxServiceListSize)
    if (list?.kind !== 'list' || list.items.length > maxServices) {
      return `'service' may name ${maxServices} services at most, in ${maxServiceListSize} bytes`
    }
    const names = list.items.map((item) => item.kind === 'string' ? item.value : null)
    return names.every((name) => name !== null) ? names : "'service' must be a list of strings"
  }

  /** @param read whether the agent itself reads them, and so has to know where they begin to locate mistakes */
  #arguments(read: boolean): RawJson | null {
    const extent = this.#members.extent('arguments')
    if (extent === undefined) return null
    const found = { ...this.#store.slice(extent.start, extent.end), wideEscapes: extent.wideEscapes }
    const begin = read ? this.#lineAndColumn(extent.start) : null
    return begin === null ? found : { ...found, begin }
  }

  /** Parses a value; null when it is larger than the limit. @param limit bytes */
  #read({ start, end }: MemberExtent, limit: number): JsonNode | null {
    if (end - start > limit) return null
    return parseJson(this.#text({ start, end }), { dialect: 'command' }).root
  }

  #text({ start, end }: Pick<MemberExtent, 'start' | 'end'>): string {
    return this.#store.text(start, end)
  }

  #refuse(): void {
    const problem = this.#scanner.problem()
    if (problem === null) return
    const { offset } = problem
    // Only the first byte is looked at: no JSON text begins with it, and the next ones may not have arrived yet.
    const marked = offset === 0 && this.#store.byteAt(0) === firstByteOfMark
    const text = marked ? 'it begins with a byte order mark; save it as UTF-8 without one' : problem.text
    const place = this.#lineAndColumn(offset)
    const located = place === null ? '' : `, line ${place.line} column ${place.column}`
    this.#notJson = `the body is not JSON: ${text} (byte ${offset}${located})`
    this.#store.clear()
  }

  #lineAndColumn(offset: number): LineColumn | null {
    if (offset > maxLocatedSize) return null
    return new LineMap(this.#store.text(0, offset)).locate(Infinity)
  }
}

/** The scanner has already looked at every escape. */
function ignore(): void {
  return undefined
}

function malformed(text: string): Envelope {
  return { kind: 'malformed', text }
}
