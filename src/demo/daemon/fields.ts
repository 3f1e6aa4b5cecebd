// Reads the members of a map in a command or a configuration, each as the type that it must have.

import type { JsonNode, MapNode } from '../../json/text/node.ts'
import { memberOf } from '../../json/text/node.ts'
import type { Printable } from '../../json/text/print.ts'
import { nodeToPrintable } from '../../json/text/print.ts'
import { CommandRefused } from './answer.ts'

/** Every method throws CommandRefused (result 1) for a member of another type. */
export class Fields {
  readonly #map: MapNode | null

  /** @param map null for a command without arguments, which has no member at all */
  constructor(map: MapNode | null) {
    this.#map = map
  }

  /** A value that has to be a map. @param what its name in the refusal */
  static of(node: JsonNode | undefined, what: string): Fields {
    if (node === undefined) throw new CommandRefused(`${what} is missing`)
    if (node.kind !== 'map') throw new CommandRefused(`${what} has to be a map`)
    return new Fields(node)
  }

  /** Whether there are no members. */
  get empty(): boolean {
    return this.#map === null || this.#map.members.length === 0
  }

  get names(): readonly string[] {
    return this.#map?.members.map(({ key }) => key) ?? []
  }

  has(name: string): boolean {
    return this.node(name) !== undefined
  }

  node(name: string): JsonNode | undefined {
    return this.#map === null ? undefined : memberOf(this.#map, name)
  }

  printable(name: string): Printable | null {
    const node = this.node(name)
    return node === undefined ? null : nodeToPrintable(node)
  }

  string(name: string): string {
    return this.optionalString(name) ?? missing(name)
  }

  optionalString(name: string): string | null {
    const node = this.node(name)
    if (node === undefined) return null
    return node.kind === 'string' ? node.value : wrongType(name, 'a string')
  }

  /** A whole number from 0 to 2^53 - 1. */
  integer(name: string): number {
    return this.optionalInteger(name) ?? missing(name)
  }

  optionalInteger(name: string): number | null {
    const node = this.node(name)
    if (node === undefined) return null
    if (node.kind !== 'integer') return wrongType(name, 'a whole number')
    const value = Number(node.text)
    if (value >= 0 && Number.isSafeInteger(value)) return value
    throw new CommandRefused(`'${name}' is out of range`)
  }

  /** @param otherwise the value where the member is missing; without it, the member is required */
  boolean(name: string, otherwise?: boolean): boolean {
    const node = this.node(name)
    if (node === undefined) return otherwise ?? missing(name)
    return node.kind === 'boolean' ? node.value : wrongType(name, 'true or false')
  }

  list(name: string): readonly JsonNode[] {
    const node = this.node(name)
    if (node === undefined) return []
    return node.kind === 'list' ? node.items : wrongType(name, 'a list')
  }

  /** A list of maps; empty where there is none. */
  maps(name: string): readonly Fields[] {
    return this.list(name).map((node, index) => Fields.of(node, `'${name}[${index}]'`))
  }
}

function missing(name: string): never {
  throw new CommandRefused(`'${name}' is missing`)
}

function wrongType(name: string, type: string): never {
  throw new CommandRefused(`'${name}' has to be ${type}`)
}
