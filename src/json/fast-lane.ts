// Runs over the regular parts of daemons' answers several times as fast as the automaton, which looks at single bytes:
// strings in steps of sixteen. What it does not know (numbers with a fraction, `\u` escapes, anything wrong, the
// outermost brackets) it leaves to the automaton, so it accepts nothing on its own account.

import { laneCode, laneShape } from './lane-code.ts'
import { moduleOf } from './wasm-code.ts'

/** A place in a text. */
export interface Place {
  /** Bytes passed. */
  at: number
  state: number
  depth: number
  inKey: boolean
}

export interface FastLane {
  /** Takes the bytes to run over. @param bytes at most `mostBytes` */
  load(bytes: Uint8Array): void
  /**
   * Runs on from a place as far as all is regular, and moves the place there.
   * @param maps by depth, 1 for a map; changed where containers open
   */
  run(place: Place, maps: number[]): void
}

/** Memory: by depth what the container is; from `data` on the bytes; behind them zeros. */
const data = 1024
const pages = 5
/** Of the zeros, which end every step: there are as many as the longest step looks ahead. */
const zeros = 32
export const mostBytes = pages * 65_536 - data - zeros

/** The part of the standard's JavaScript interface that is used here: Node's types leave it to the browser's. */
interface WasmInterface {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object) => {
    readonly exports: {
      readonly memory: { readonly buffer: ArrayBuffer }
      readonly run: (at: number, state: number, depth: number, inKey: number) => number[]
    }
  }
}

/** null where this machine has no vectors. */
export function openFastLane(maxDepth: number): FastLane | null {
  try {
    const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WasmInterface }
    const module = new WebAssembly.Module(moduleOf(laneShape, pages, laneCode(maxDepth)))
    const { memory, run } = new WebAssembly.Instance(module).exports
    const bytesOf = new Uint8Array(memory.buffer)
    return {
      load(bytes) {
        bytesOf.set(bytes, data)
        bytesOf.fill(0, data + bytes.length, data + bytes.length + zeros)
      },
      run(place, maps) {
        for (let depth = 0; depth <= place.depth; depth++) bytesOf[depth] = maps[depth] ?? 0
        const [at = 0, state = 0, depth = 0, inKey = 0] =
          run(data + place.at, place.state, place.depth, place.inKey ? 1 : 0)
        for (let each = 0; each <= depth; each++) maps[each] = bytesOf[each] ?? 0
        place.at = at - data
        place.state = state
        place.depth = depth
        place.inKey = inKey === 1
      },
    }
  } catch {
    return null
  }
}
