// The result number of an answer. Answers of daemons may have hundreds of megabytes, so they are scanned only once.

import { ChunkList } from '../json/scan/chunk-list.ts'
import type { RawJson } from '../json/raw.ts'
import type { ScanHandler } from '../json/scan/types.ts'
import { walk } from '../json/scan/rescan.ts'

const key = '"result"'

/** How many characters are read: more than the longest accepted number has, so that a longer one is told from it. */
const maxNumberLength = 32

/** Notes the member `result` of an answer map. Of a repeated key the last one counts, as for Kea's clients. */
export class ResultMember implements ScanHandler {
  readonly maxDepth = 1
  readonly #store: ChunkList
  #expected = false
  #start = 0
  #end = 0

  /** @param store the bytes scanned so far, the chunk that is being scanned included */
  constructor(store: ChunkList) {
    this.#store = store
  }

  chunk(): void {
    return undefined
  }

  key(start: number, end: number): void {
    this.#expected = end - start === key.length && this.#store.text(start, end) === key
  }

  value(start: number, end: number): void {
    if (!this.#expected) return
    this.#expected = false
    this.#start = start
    this.#end = end
  }

  /** The number; null where there is none, or one that is no integer. */
  number(): number | null {
    const text = this.#store.text(this.#start, Math.min(this.#end, this.#start + maxNumberLength))
    return /^-?\d{1,15}$/.test(text) ? Number(text) : null
  }
}

/** The integer of the member `result` of an answer map, or null where it has none. */
export function resultOf(answer: RawJson): number | null {
  if (answer.result !== undefined) return answer.result
  const store = new ChunkList()
  for (const chunk of answer.chunks) store.add(chunk)
  const member = new ResultMember(store)
  for (const scan = walk(answer, member); scan.next().done !== true;);
  return member.number()
}
