// Leaves out of the answer to `list-commands` what the caller may not run, and keeps every other byte as it came.

import { readString } from '../json/text/literal.ts'
import type { JsonNode, ListNode } from '../json/text/node.ts'
import type { RawJson } from '../json/raw.ts'
import { joinRaw, rawJson, rawToBuffer } from '../json/raw.ts'
import { parseJson } from '../json/text/parser.ts'

/** Bytes of the longest answer that is looked at: far more than the names of all commands that any daemon has. */
const maxListLength = 64 * 1024

/**
 * The answer without the names that are not allowed. Names are the strings in the list `arguments` of a map with
 * `result` 0; their escapes are resolved first. Any other answer is returned as it is, and so is one of more than
 * 64 KiB.
 * @param answer one valid JSON value
 */
export function filterCommandList(answer: RawJson, allowed: (name: string) => boolean): RawJson {
  if (answer.length > maxListLength) return answer
  const bytes = rawToBuffer(answer)
  // One character a byte, so that offsets in the tree are offsets in the bytes.
  const { root } = parseJson(bytes.toString('latin1'), { dialect: 'command' })
  if (root?.kind !== 'map' || !root.members.some(isSuccess)) return answer
  const pieces: Buffer[] = []
  let from = 0
  // No daemon repeats a key. If one did, every `arguments` is filtered, as it is unknown which one the client reads.
  for (const { key, value } of root.members) {
    if (key !== 'arguments' || value.kind !== 'list') continue
    const kept = new Set(value.items.filter((item) => item.kind !== 'string' || allowed(nameIn(bytes, item))))
    if (kept.size === value.items.length) continue
    pieces.push(...shortened(bytes, from, value, kept))
    from = value.items.at(-1)?.end ?? from
  }
  return from === 0 ? answer : joinRaw([...pieces, bytes.subarray(from)].map(rawJson))
}

function isSuccess({ key, value }: { readonly key: string, readonly value: JsonNode }): boolean {
  return key === 'result' && value.kind === 'integer' && value.text === '0'
}

function nameIn(bytes: Buffer, { start, end }: JsonNode): string {
  return readString(bytes.toString('utf8', start, end), 0, 'command', ignore).value
}

/** The bytes from `from` to the end of the last item: the kept items, with what stood before each but the first. */
function shortened(bytes: Buffer, from: number, list: ListNode, kept: ReadonlySet<JsonNode>): Buffer[] {
  const first = list.items[0]?.start ?? list.end
  const pieces = [bytes.subarray(from, first)]
  let before = first
  for (const item of list.items) {
    if (kept.has(item)) pieces.push(bytes.subarray(pieces.length === 1 ? item.start : before, item.end))
    before = item.end
  }
  return pieces
}

/** Ignores problems: the text is known to be valid. */
function ignore(): void {
  return undefined
}
