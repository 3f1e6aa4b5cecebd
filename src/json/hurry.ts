// Takes a large answer through the fast lane as far as that knows the text, and through the automaton for the rest.

import type { Automaton } from './automaton.ts'
import { maxDepth } from './automaton.ts'
import { mostBytes, openFastLane } from './fast-lane.ts'
import type { FastLane } from './fast-lane.ts'
import { BEGIN } from './scan-states.ts'

/** Bytes that are left to the automaton where the fast lane does not know how to go on. */
const fewBytes = 256

/** Made when the first large answer comes; null where the machine cannot do it. */
let fastLane: FastLane | null | undefined

/** As `automaton.run`, with the same outcome. */
export function hurry(automaton: Automaton, bytes: Uint8Array, base: number): number {
  fastLane ??= openFastLane(maxDepth)
  if (fastLane === null) return automaton.run(bytes, base)
  for (let from = 0; from < bytes.length; from += mostBytes) {
    const part = from === 0 && bytes.length <= mostBytes ? bytes : bytes.subarray(from, from + mostBytes)
    const stop = alternate(automaton, fastLane, part, base + from)
    if (automaton.problem !== null || automaton.end >= 0) return from + stop
  }
  return bytes.length
}

function alternate(automaton: Automaton, lane: FastLane, bytes: Uint8Array, base: number): number {
  lane.load(bytes)
  const place = { at: 0, state: BEGIN, depth: 0, inKey: false }
  while (place.at < bytes.length) {
    automaton.leap(lane, place)
    if (place.at === bytes.length) break
    place.at += automaton.run(bytes.subarray(place.at, place.at + fewBytes), base + place.at)
    if (automaton.problem !== null || automaton.end >= 0) break
  }
  return place.at
}
