// The values of parsed JSON, with their places in the text. Numbers stay text, so that no digit is lost.

interface Extent {
  /** Offsets into the text that was parsed, in UTF-16 units; `end` is exclusive. */
  readonly start: number
  readonly end: number
}

export interface MapNode extends Extent {
  readonly kind: 'map'
  /** In the order of the text; a repeated key has several members. */
  readonly members: readonly Member[]
}

export interface Member {
  readonly key: string
  readonly keyStart: number
  readonly keyEnd: number
  readonly value: JsonNode
}

export interface ListNode extends Extent {
  readonly kind: 'list'
  readonly items: readonly JsonNode[]
}

export interface StringNode extends Extent {
  readonly kind: 'string'
  readonly value: string
}

export interface NumberNode extends Extent {
  /** `integer`: digits only, with an optional minus. Everything else is a float. */
  readonly kind: 'integer' | 'float'
  /** As written. */
  readonly text: string
}

export interface BooleanNode extends Extent {
  readonly kind: 'boolean'
  readonly value: boolean
}

export interface NullNode extends Extent {
  readonly kind: 'null'
}

export type JsonNode = MapNode | ListNode | StringNode | NumberNode | BooleanNode | NullNode

/** The value of a key; of a repeated one the last, as Kea reads it. */
export function memberOf(map: MapNode, key: string): JsonNode | undefined {
  for (let i = map.members.length - 1; i >= 0; i--) {
    const member = map.members[i]
    if (member?.key === key) return member.value
  }
  return undefined
}
