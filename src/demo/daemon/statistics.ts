// Statistics as Kea's daemons keep them: for each name the latest values with their times.

import type { Printable } from '../../json/text/print.ts'

/** How many samples of one statistic are kept. */
const maxSamples = 20

interface Sample {
  readonly value: bigint
  readonly at: string
}

export class Statistics {
  readonly #samples = new Map<string, readonly Sample[]>()

  names(): readonly string[] {
    return [...this.#samples.keys()]
  }

  has(name: string): boolean {
    return this.#samples.has(name)
  }

  /** The latest value; 0 for an unknown name. */
  value(name: string): bigint {
    return this.#samples.get(name)?.[0]?.value ?? 0n
  }

  /** Adds a value in front of the earlier ones. */
  set(name: string, value: bigint): void {
    const before = this.#samples.get(name) ?? []
    this.#samples.set(name, [{ value, at: timestamp() }, ...before].slice(0, maxSamples))
  }

  add(name: string, value: bigint): void {
    this.set(name, this.value(name) + value)
  }

  /** Sets the value to 0 and forgets the earlier ones. */
  reset(name: string): void {
    this.#samples.set(name, [{ value: 0n, at: timestamp() }])
  }

  remove(name: string): void {
    this.#samples.delete(name)
  }

  /** A list of pairs of value and time, the latest first; null for an unknown name. */
  print(name: string): Printable | null {
    return this.#samples.get(name)?.map(({ value, at }) => [value, at]) ?? null
  }
}

/** As `2026-11-30 12:30:10.673983`, in UTC. */
export function timestamp(now = new Date()): string {
  return now.toISOString().replace('T', ' ').replace('Z', '000')
}
