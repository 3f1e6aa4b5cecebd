// JSON text that a handler module sends: kept as it arrives, and checked by the scanner that daemons' answers pass.

import { ChunkList } from '../json/scan/chunk-list.ts'
import type { RawJson } from '../json/raw.ts'
import { Scanner } from '../json/scan/scanner.ts'
import type { Reservation } from './memory.ts'

export type CheckedJson =
  | { readonly ok: true; readonly json: RawJson; readonly isMap: boolean }
  | { readonly ok: false; readonly problem: string }

/** Takes one payload, which is one map or one list and nothing else, without lone surrogates. */
export class JsonPayload {
  readonly #scanner = new Scanner('answer', null, true)
  readonly #store = new ChunkList()
  readonly #reservation: Reservation | null
  #bad = false

  /** @param reservation of as many bytes as the payload has; null: there was no memory, and nothing is kept */
  constructor(reservation: Reservation | null) {
    this.#reservation = reservation
  }

  push(chunk: Uint8Array): void {
    if (this.#bad || this.#reservation === null) return
    this.#store.add(chunk)
    if (this.#scanner.push(chunk) !== 'bad') return
    this.#bad = true
    this.#store.clear()
  }

  /** The payload is complete. @returns its JSON, or what is wrong with it */
  finish(): CheckedJson {
    if (this.#reservation === null) return { ok: false, problem: 'there is no memory for it now; try again later' }
    const { start, end } = this.#scanner.extent()
    if (this.#scanner.finish() === 'bad') {
      const problem = this.#scanner.problem()
      return { ok: false, problem: `it is not valid JSON: ${problem?.text ?? ''} (byte ${problem?.offset ?? 0})` }
    }
    if (end !== this.#store.length) return { ok: false, problem: 'it is not valid JSON: something follows its end' }
    return { ok: true, json: this.#store.slice(start, end), isMap: this.#scanner.isMap() }
  }

  /** Gives the memory back. Call it once, when the text is handed over or not needed. */
  release(): void {
    this.#reservation?.release()
  }
}
