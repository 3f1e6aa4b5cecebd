// The few WebAssembly instructions that the fast lane of the scanner is written in, and the module around one function.
// Opcodes are those of the core specification 2.0, sections 5.4 and 5.5; SIMD ones begin with 0xfd.

/** An instruction sequence; labels become depths when it is placed into the blocks around it. */
export type Code = (labels: readonly string[]) => number[]

const raw = (...bytes: number[]): Code => () => bytes

/** Instructions one after another. */
export function seq(...parts: readonly Code[]): Code {
  return (labels) => parts.flatMap((part) => part(labels))
}

/** `br label` leaves it. */
export function block(label: string, ...body: readonly Code[]): Code {
  return (labels) => [0x02, 0x40, ...seq(...body)([label, ...labels]), 0x0b]
}

/** `br label` begins it anew; its end leaves it. */
export function loop(label: string, ...body: readonly Code[]): Code {
  return (labels) => [0x03, 0x40, ...seq(...body)([label, ...labels]), 0x0b]
}

export function when(condition: Code, then: Code, otherwise?: Code): Code {
  return (labels) => {
    const inner = ['', ...labels]
    const branch = otherwise === undefined ? [] : [0x05, ...otherwise(inner)]
    return [...condition(labels), 0x04, 0x40, ...then(inner), ...branch, 0x0b]
  }
}

export function br(label: string): Code {
  return (labels) => [0x0c, depthOf(label, labels)]
}

export function brIf(label: string, condition: Code): Code {
  return (labels) => [...condition(labels), 0x0d, depthOf(label, labels)]
}

/** Goes to the label at the place of the value; the last one is for all values beyond. */
export function brTable(value: Code, ...targets: readonly string[]): Code {
  return (labels) => {
    const depths = targets.map((label) => depthOf(label, labels))
    return [...value(labels), 0x0e, depths.length - 1, ...depths]
  }
}

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
  const code = [...locals, ...body([]), 0x0b]
  const section = (id: number, ...entries: readonly number[][]): number[] => {
    const content = vector(entries)
    return [id, ...unsigned(content.length), ...content]
  }
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [0x60, ...numbers(shape.parameters), ...numbers(shape.results)]),
    ...section(2, [...name('around'), ...name('memory'), 0x02, 0x00, ...unsigned(pages)]),
    ...section(3, [0]),
    ...section(7, [...name('run'), 0x00, 0]),
    ...section(10, [...unsigned(code.length), ...code]),
  ])
}

function vector(entries: readonly number[][]): number[] {
  return [...unsigned(entries.length), ...entries.flat()]
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
