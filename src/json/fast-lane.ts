// Runs over the regular parts of daemons' answers several times as fast as the automaton, which looks at single bytes:
// strings in steps of sixteen. What it does not know (numbers with a fraction, `\u` escapes, anything wrong, the
// outermost brackets) it leaves to the automaton, so it accepts nothing on its own account.

import { landingMemory, landingPages, landingStart } from './landing.ts'
import { laneCode, laneShape, placeDepth, placeInKey, placeState } from './lane-code.ts'
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

/** Of the zeros, which end every step: there are as many as the longest step looks ahead. */
const zeros = 32
export const mostBytes = landingPages * 65_536 - landingStart - zeros

/** The part of the standard's JavaScript interface that is used here: Node's types leave it to the browser's. */
interface WasmInterface {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object, imports: object) => {
    readonly exports: {
      readonly run: (at: number, state: number, depth: number, inKey: number) => number
    }
  }
}

/** null where this machine has no vectors. */
export function openFastLane(maxDepth: number): FastLane | null {
  try {
    if (landingMemory === null) return null
    const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WasmInterface }
    const module = new WebAssembly.Module(moduleOf(laneShape, landingPages, laneCode(maxDepth)))
    const { run } = new WebAssembly.Instance(module, { around: { memory: landingMemory } }).exports
    const memory = new Uint8Array(landingMemory.buffer)
    let base = landingStart
    return {
      load(bytes) {
        const there = bytes.buffer === memory.buffer
        base = there ? bytes.byteOffset : landingStart
        if (!there) memory.set(bytes, base)
        memory.fill(0, base + bytes.length, base + bytes.length + zeros)
      },
      run(place, maps) {
        for (let depth = 0; depth <= place.depth; depth++) memory[depth] = maps[depth] ?? 0
        place.at = run(base + place.at, place.state, place.depth, place.inKey ? 1 : 0) - base
        place.state = memory[placeState] ?? 0
        place.depth = memory[placeDepth] ?? 0
        place.inKey = memory[placeInKey] === 1
        for (let depth = 0; depth <= place.depth; depth++) maps[depth] = memory[depth] ?? 0
      },
    }
  } catch {
    return null
  }
}
