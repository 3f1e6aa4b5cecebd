// The few WebAssembly instructions that the fast lane of the scanner is written in, and the module around one function.
// Opcodes are those of the core specification 2.0, sections 5.4 and 5.5; SIMD ones begin with 0xfd.

/** Writes an instruction sequence behind the bytes before it; labels become depths in the blocks around it. */
export type Code = (bytes: number[], labels: readonly string[]) => void

const raw = (...code: number[]): Code => (bytes) => void bytes.push(...code)

/** Instructions one after another. */
export function seq(...parts: readonly Code[]): Code {
  return (bytes, labels) => {
    for (const part of parts) part(bytes, labels)
  }
}

const inside = (begin: number, label: string, body: Code): Code => (bytes, labels) => {
  bytes.push(begin, noResult)
  body(bytes, [label, ...labels])
  bytes.push(end)
}

const [noResult, end] = [0x40, 0x0b]

/** `br label` leaves it. */
export const block = (label: string, ...body: readonly Code[]): Code => inside(0x02, label, seq(...body))

/** `br label` begins it anew; its end leaves it. */
export const loop = (label: string, ...body: readonly Code[]): Code => inside(0x03, label, seq(...body))

export const when = (condition: Code, then: Code, otherwise?: Code): Code =>
  seq(condition, inside(0x04, '', otherwise === undefined ? then : seq(then, raw(0x05), otherwise)))

export function br(label: string): Code {
  return (bytes, labels) => void bytes.push(0x0c, depthOf(label, labels))
}

export const brIf = (label: string, condition: Code): Code =>
  seq(condition, (bytes, labels) => void bytes.push(0x0d, depthOf(label, labels)))

/** Goes to the label at the place of the value; the last one is for all values beyond. */
export const brTable = (value: Code, ...targets: readonly string[]): Code =>
  seq(value, (bytes, labels) => void bytes.push(0x0e, targets.length - 1, ...targets.map((label) => depthOf(label, labels))))

function depthOf(label: string, labels: readonly string[]): number {
  const depth = labels.indexOf(label)
  if (depth < 0) throw new Error(`no block ${label} around`)
  return depth
}

export function num(value: number): Code {
  return raw(0x41, ...signed(value))
}

export const get = (local: number): Code => raw(0x20, local)
export const set = (local: number, value: Code): Code => seq(value, raw(0x21, local))

const binary = (opcode: number) => (left: Code, right: Code): Code => seq(left, right, raw(opcode))
export const equal = binary(0x46)
export const below = binary(0x49)
export const plus = binary(0x6a)
export const minus = binary(0x6b)
export const both = binary(0x71)
export const either = binary(0x72)
/** Bits moved to the right by so many. */
export const shifted = binary(0x76)
export const not = (value: Code): Code => seq(value, raw(0x45))
export const flipped = (value: Code): Code => seq(value, num(-1), raw(0x73))
export const trailingZeros = (value: Code): Code => seq(value, raw(0x68))
/** One or the other, as the condition says. */
export const choose = (yes: Code, no: Code, condition: Code): Code => seq(yes, no, condition, raw(0x1b))

/** The byte at an address. */
export const byteAt = (address: Code, offset = 0): Code => seq(address, raw(0x2d, 0, ...unsigned(offset)))
/** The four bytes from an address on, the first one lowest. */
export const wordAt = (address: Code, offset = 0): Code => seq(address, raw(0x28, 0, ...unsigned(offset)))
export const putByte = (address: Code, value: Code): Code => seq(address, value, raw(0x3a, 0, 0))

/** The sixteen bytes from an address on. */
export const vectorAt = (address: Code): Code => seq(address, raw(0xfd, 0x00, 0, 0))
const everywhere = (byte: number): Code => raw(0xfd, 0x0c, ...new Array<number>(16).fill(byte))
/** Which bytes of a vector are equal to one, or not above it. */
export const lanesEqual = (vector: Code, byte: number): Code => seq(vector, everywhere(byte), raw(0xfd, 0x23))
export const lanesUpTo = (vector: Code, byte: number): Code => seq(vector, everywhere(byte), raw(0xfd, 0x2a))
/** Bits of each byte turned over. */
export const lanesFlipped = (vector: Code, bits: number): Code => seq(vector, everywhere(bits), raw(0xfd, 0x51))
/** Each byte of a vector less one, modulo 256. */
export const lanesMinus = (vector: Code, byte: number): Code => seq(vector, everywhere(byte), raw(0xfd, 0x71))
export const lanesEither = (left: Code, right: Code): Code => seq(left, right, raw(0xfd, 0x50))
/** A bit for each byte of a vector, the first one lowest. */
export const lanesAsBits = (vector: Code): Code => seq(vector, raw(0xfd, 0x64))

const [i32, v128] = [0x7f, 0x7b]

/**
 * A module that takes its memory from `around.memory` and exports one function as `run`, from numbers to numbers.
 * @param vectors locals that hold vectors, behind the parameters and the other locals
 * @param pages of 64 KiB
 */
export function moduleOf(
  shape: { readonly parameters: number; readonly results: number; readonly locals: number; readonly vectors: number },
  pages: number,
  body: Code,
): Uint8Array<ArrayBuffer> {
  const numbers = (count: number): number[] => vector(new Array<number[]>(count).fill([i32]))
  const locals = vector([[...unsigned(shape.locals), i32], [...unsigned(shape.vectors), v128]])
  const code = locals
  body(code, [])
  code.push(end)
  const section = (id: number, ...entries: readonly number[][]): number[] => {
    const content = vector(entries)
    return [id].concat(unsigned(content.length), content)
  }
  return new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00].concat(
    section(1, [0x60, ...numbers(shape.parameters), ...numbers(shape.results)]),
    section(2, [...name('around'), ...name('memory'), 0x02, 0x00, ...unsigned(pages)]),
    section(3, [0]),
    section(7, [...name('run'), 0x00, 0]),
    section(10, unsigned(code.length).concat(code)),
  ))
}

function vector(entries: readonly number[][]): number[] {
  return unsigned(entries.length).concat(...entries)
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)]
}

/** LEB128 */
function unsigned(value: number): number[] {
  const low = value & 0x7f
  const rest = value >>> 7
  return rest === 0 ? [low] : [low | 0x80, ...unsigned(rest)]
}

function signed(value: number): number[] {
  const low = value & 0x7f
  const rest = value >> 7
  const complete = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
  return complete ? [low] : [low | 0x80, ...signed(rest)]
}
