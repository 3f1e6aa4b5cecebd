// One map of a configuration while it is being resolved: reads its members by type, and notes mistakes at their places.
// A member of the wrong type reads as absent: `validate.ts` has reported it already.

import type { JsonNode, ListNode, MapNode, Member } from '../../json/text/node.ts'
import type { MessageId } from '../../log/message.ts'
import type { Diagnostics, Remedy, SourcePosition } from './diagnostics.ts'
import { maxElements } from '../schema/schema.ts'

export class Section {
  readonly node: MapNode
  /** JSON pointer. */
  readonly path: string
  readonly #diagnostics: Diagnostics
  /** Of a repeated key the last one counts, as in Kea's commands; in files a repetition is a mistake anyway. */
  readonly #members: ReadonlyMap<string, Member>

  constructor(node: MapNode, path: string, diagnostics: Diagnostics) {
    this.node = node
    this.path = path
    this.#diagnostics = diagnostics
    this.#members = new Map(node.members.map((member) => [member.key, member]))
  }

  has(key: string): boolean {
    return this.#members.has(key)
  }

  string(key: string): string | null {
    const node = this.#value(key)
    return node?.kind === 'string' ? node.value : null
  }

  integer(key: string): number | null {
    const node = this.#value(key)
    return node?.kind === 'integer' ? integerOf(node.text) : null
  }

  boolean(key: string): boolean | null {
    const node = this.#value(key)
    return node?.kind === 'boolean' ? node.value : null
  }

  map(key: string): MapNode | null {
    const node = this.#value(key)
    return node?.kind === 'map' ? node : null
  }

  section(key: string): Section | null {
    const node = this.map(key)
    return node === null ? null : new Section(node, pointer(this.path, key), this.#diagnostics)
  }

  /** The maps in a list, as many as a list may have; null where there is no list. */
  sections(key: string): Section[] | null {
    const node = this.#value(key)
    return node?.kind === 'list' ? this.#items(node, pointer(this.path, key)) : null
  }

  /** The strings in a list with their places, as many as a list may have; null where there is no list. */
  strings(key: string): { readonly value: string; readonly at: SourcePosition }[] | null {
    const node = this.#value(key)
    if (node?.kind !== 'list') return null
    const path = pointer(this.path, key)
    return node.items.slice(0, maxElements).flatMap((item, index) =>
      item.kind === 'string' ? [{ value: item.value, at: { offset: item.start, path: pointer(path, String(index)) } }] : [],
    )
  }

  /** The members that are maps, in the order written, as many as a map may have. */
  entries(): [name: string, section: Section][] {
    const entries: [string, Section][] = []
    for (const key of [...this.#members.keys()].slice(0, maxElements)) {
      const section = this.section(key)
      if (section !== null) entries.push([key, section])
    }
    return entries
  }

  /** Where the map itself stands. */
  get start(): SourcePosition {
    return { offset: this.node.start, path: this.path }
  }

  /** Where the value of a key stands, or the map itself where the key is absent. */
  spot(key: string): SourcePosition {
    const value = this.#value(key)
    if (value === undefined) return this.start
    return { offset: value.start, path: pointer(this.path, key) }
  }

  /** Where a key itself stands. */
  keySpot(key: string): SourcePosition {
    return { offset: this.#members.get(key)?.keyStart ?? this.node.start, path: pointer(this.path, key) }
  }

  /** `FILE:LINE:COLUMN` of a key, for a sentence about another one. */
  keyPosition(key: string): string {
    return this.#diagnostics.position(this.keySpot(key).offset)
  }

  /** `FILE:LINE:COLUMN` of the map itself. */
  position(): string {
    return this.#diagnostics.position(this.node.start)
  }

  /** @param at the key whose value is wrong, or a place */
  error(at: string | SourcePosition, text: string, remedy: Remedy = null): void {
    this.#diagnostics.error(typeof at === 'string' ? this.spot(at) : at, text, remedy)
  }

  warning(id: MessageId, at: string | SourcePosition, text: string, remedy: Remedy = null): void {
    this.#diagnostics.warning(id, typeof at === 'string' ? this.spot(at) : at, text, remedy)
  }

  #value(key: string): JsonNode | undefined {
    return this.#members.get(key)?.value
  }

  #items(list: ListNode, path: string): Section[] {
    return list.items.slice(0, maxElements).flatMap((item, index) =>
      item.kind === 'map' ? [new Section(item, pointer(path, String(index)), this.#diagnostics)] : [],
    )
  }
}

/** Digits with an optional minus as a number. It is not exact beyond 2^53, where every value is out of range anyway. */
export function integerOf(text: string): number {
  // Makes -0 a 0.
  return Number(text) + 0
}

/** A JSON pointer one step further (RFC 6901). */
export function pointer(path: string, key: string): string {
  return `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
