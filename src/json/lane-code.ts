// The code of the fast lane: the automaton's states, as far as the regular parts of answers need them. Its memory has by
// depth what the container is. Nothing looks whether the text is over: the zeros behind it fit nowhere, so every step
// ends there.

import { COLON, ITEM, ITEM_OR_END, KEY, KEY_OR_END, MEMBER_VALUE, NEXT, STRING, VALUE } from './scan-states.ts'
import type { Code } from './wasm-code.ts'
import {
  below, block, both, br, brIf, brTable, byteAt, choose, either, equal, flipped, get, lanesAsBits,
  lanesEither, lanesEqual, lanesFlipped, lanesMinus, lanesUpTo, loop, minus, not, num, plus, putByte, seq, set, shifted, trailingZeros, vectorAt,
  when, wordAt,
} from './wasm-code.ts'

export const laneShape = { parameters: 4, results: 1, locals: 3, vectors: 1 }

/** Where its memory has the rest of the place it came to, of which it only returns the address. */
export const [placeState, placeDepth, placeInKey] = [256, 257, 258]

/** Parameters and locals. */
const [at, state, depth, inKey, byte, inMap, bits, vector] = [0, 1, 2, 3, 4, 5, 6, 7]

const char = (text: string): Code => num(text.charCodeAt(0))
const is = (text: string): Code => equal(get(byte), char(text))
const step = (count = 1): Code => set(at, plus(get(at), num(count)))
const enter = (known: number): Code => set(state, num(known))
const isState = (known: number): Code => equal(get(state), num(known))

/** The four blanks of RFC 8259. */
const isBlank: Code = both(
  below(get(byte), num(0x21)),
  // Bits 9, 10, 13 and 32; a shift by 32 is one by 0, and NUL is no blank.
  either(equal(get(byte), num(0x20)), both(shifted(num((1 << 9) | (1 << 10) | (1 << 13)), get(byte)), num(1))),
)

const lanes = [...new Array(16).keys()]

/**
 * Moves a local on by as many bytes as there are zeros below the lowest bit, 15 at most. By a jump rather than an
 * addition: where it goes is guessed, from the texts being much alike, and the next step need not wait for the sum.
 */
function moveToBit(local: number, mask: Code): Code {
  const jump = brTable(trailingZeros(mask), ...lanes.map((lane) => `lane ${lane}`))
  return block('moved', lanes.reduce(
    (inner, lane) => seq(block(`lane ${lane}`, inner), set(local, plus(get(local), num(lane))), br('moved')),
    jump,
  ))
}

/** The one blank that Kea prints between tokens; more of them are no mistake and take longer. */
const passBlank: Code = when(equal(byteAt(get(at)), num(0x20)), step())

/**
 * Passes a mark, a blank that may follow it, and the quote that mostly comes next, at once: as single steps they take
 * several times as long.
 * @param offset of the mark from where we are
 * @param quoted where there is a quote; must go on elsewhere
 * @param otherwise what comes is something else; must go on elsewhere
 */
function passMark(mark: string, offset: number, quoted: Code, otherwise: Code): Code {
  return when(equal(byteAt(get(at), offset), char(mark)), seq(
    step(offset + 1),
    // A branch is guessed; what has to be computed from a byte keeps the next step waiting.
    when(equal(byteAt(get(at)), num(0x20)), step()),
    when(equal(byteAt(get(at)), char('"')), seq(step(), quoted)),
    otherwise,
  ))
}

/**
 * The function of the fast lane. It goes on to where it does not know what comes.
 * @param maxDepth containers inside each other
 */
export function laneCode(maxDepth: number): Code {
  const labels = ['out', 'out', 'out', 'out', 'out', 'out', 'out', 'out', 'out', 'out', 'out']
  const targets: readonly (readonly [number, string])[] = [
    [VALUE, 'value'], [ITEM, 'value'], [ITEM_OR_END, 'value'], [KEY, 'key'], [KEY_OR_END, 'key'], [COLON, 'colon'],
    [MEMBER_VALUE, 'out'], [NEXT, 'next'], [STRING, 'string'],
  ]
  for (const [known, label] of targets) labels[known] = label
  const enterNext = set(state, choose(num(KEY), num(ITEM), get(inMap)))
  const skipBlank = when(isBlank, seq(step(), br('more')))
  return seq(
    set(inMap, byteAt(get(depth))),
    block('out',
      loop('more',
        set(byte, byteAt(get(at))),
        block('string',
          block('value',
            block('colon',
              block('key',
                block('next', brTable(get(state), ...labels)),
                // A value is complete.
                when(is(','), seq(
                  step(),
                  passBlank,
                  enterNext,
                  br('more'),
                )),
                when(equal(get(byte), choose(char('}'), char(']'), get(inMap))), seq(
                  brIf('out', equal(get(depth), num(1))),
                  step(),
                  set(depth, minus(get(depth), num(1))),
                  set(inMap, byteAt(get(depth))),
                  br('more'),
                )),
                skipBlank,
                br('out'),
              ),
              when(is('"'), seq(step(), set(inKey, num(1)), enter(STRING), br('string'))),
              skipBlank,
              brIf('out', not(both(is('}'), isState(KEY_OR_END)))),
              enter(NEXT),
              br('more'),
            ),
            when(is(':'), seq(step(), passBlank, enter(VALUE), br('more'))),
            skipBlank,
            br('out'),
          ),
          when(is('"'), seq(step(), set(inKey, num(0)), enter(STRING), br('string'))),
          block('scalar',
            brIf('scalar', isDigit),
            skipBlank,
            when(either(is('{'), is('[')), seq(
              brIf('out', equal(get(depth), num(maxDepth))),
              step(),
              set(depth, plus(get(depth), num(1))),
              set(inMap, is('{')),
              putByte(get(depth), get(inMap)),
              passBlank,
              set(state, choose(num(KEY_OR_END), num(ITEM_OR_END), get(inMap))),
              br('more'),
            )),
            when(both(is(']'), isState(ITEM_OR_END)), seq(enter(NEXT), br('more'))),
          ),
          scalar(seq(
            passMark(',', 0, seq(set(inKey, get(inMap)), enter(STRING), br('string')), seq(enterNext, br('more'))),
            enter(NEXT),
            br('more'),
          )),
        ),
        // Inside a string.
        loop('sixteen',
          set(vector, vectorAt(get(at))),
          // A control character, a quote (which is 0x20 with one bit turned over, and no other control character is) or
          // a backslash.
          set(bits, lanesAsBits(lanesEither(
            lanesUpTo(lanesFlipped(get(vector), 0x02), 0x20),
            lanesEqual(get(vector), 0x5c),
          ))),
          when(not(get(bits)), seq(step(16), br('sixteen'))),
          moveToBit(at, get(bits)),
          set(byte, byteAt(get(at))),
          when(is('"'), seq(
            when(get(inKey), seq(
              set(inKey, num(0)),
              passMark(':', 1, br('sixteen'), seq(enter(VALUE), br('more'))),
              step(),
              enter(COLON),
              br('more'),
            )),
            passMark(',', 1, seq(set(inKey, get(inMap)), br('sixteen')), seq(enterNext, br('more'))),
            step(),
            enter(NEXT),
            br('more'),
          )),
          brIf('out', not(is('\\'))),
          set(byte, byteAt(get(at), 1)),
          brIf('out', not(isShortEscape)),
          step(2),
          br('sixteen'),
        ),
      ),
    ),
    putByte(num(placeState), get(state)),
    putByte(num(placeDepth), get(depth)),
    putByte(num(placeInKey), get(inKey)),
    get(at),
  )
}

const isShortEscape: Code = ['"', '\\', '/', 'b', 'f', 'n', 'r', 't'].map(is).reduce((left, right) => either(left, right))

const isDigit: Code = below(minus(get(byte), num(0x30)), num(10))
const fourCharacters = (text: string): Code => num(Buffer.from(text).readInt32LE(0))

/**
 * A whole number or a word, if what follows it can be seen and ends it; `bits` is where it ends.
 * @param passed what to do behind it; must go on elsewhere
 */
function scalar(passed: Code): Code {
  return seq(
    block('ended',
      block('number',
        brIf('number', either(is('-'), isDigit)),
        set(bits, plus(get(at), num(4))),
        brIf('ended', either(
          equal(wordAt(get(at)), fourCharacters('true')),
          equal(wordAt(get(at)), fourCharacters('null')),
        )),
        brIf('out', not(both(
          equal(wordAt(get(at)), fourCharacters('fals')),
          equal(byteAt(get(at), 4), char('e')),
        ))),
        set(bits, plus(get(at), num(5))),
        br('ended'),
      ),
      set(bits, plus(get(at), is('-'))),
      set(byte, byteAt(get(bits))),
      brIf('out', not(isDigit)),
      set(bits, plus(get(bits), num(1))),
      // A zero stands alone.
      brIf('ended', is('0')),
      loop('digits',
        set(vector, vectorAt(get(bits))),
        set(byte, lanesAsBits(lanesUpTo(lanesMinus(get(vector), 0x30), 9))),
        when(equal(get(byte), num(0xffff)), seq(set(bits, plus(get(bits), num(16))), br('digits'))),
        moveToBit(bits, flipped(get(byte))),
      ),
    ),
    set(byte, byteAt(get(bits))),
    brIf('out', not(either(either(is(','), is('}')), either(is(']'), isBlank)))),
    set(at, get(bits)),
    passed,
  )
}
