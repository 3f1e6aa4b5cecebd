// The places that the connections of one address have, and which of them is of least use.

/** The part of an address' connections that may be without an answered command before these make room first. */
const newPart = 1 / 4

/** The place of one open connection. */
export interface ConnectionSlot {
  /** Whether a command runs or is being answered. Such a connection is never closed to make room. */
  busy: boolean
  /**
   * Closes the connection, which has no place any more. To be set by the reader of the connection, before the next
   * turn.
   */
  evict: () => void
  /** A command of this connection was answered. */
  markServed(): void
  /**
   * The connection, which is of a proxy, serves another client from now on, which needs a place of its own.
   * @returns false: there is none for it, and the connection counts for whom it did before
   */
  moveTo(remoteAddress: string): boolean
  /** The connection is closed. A second time is harmless. */
  release(): void
}

/** The connections of one address, in order of age: those without an answered command, and the others. */
export class Holder {
  readonly network: string
  readonly #new = new Set<Slot>()
  readonly #served = new Set<Slot>()

  constructor(network: string) {
    this.network = network
  }

  get size(): number {
    return this.#new.size + this.#served.size
  }

  add(slot: Slot): void {
    this.#new.add(slot)
  }

  /** One of another address, or of this one again. */
  restore(slot: Slot): void {
    if (slot.served) this.#served.add(slot)
    else this.#new.add(slot)
  }

  /** Its age begins again. */
  renew(slot: Slot): void {
    this.remove(slot)
    this.#served.add(slot)
  }

  remove(slot: Slot): void {
    this.#new.delete(slot)
    this.#served.delete(slot)
  }

  /**
   * Those without a command first, unless they are few: a client that keeps many others open would else have each
   * newcomer of its address closed before its first command.
   * @param servedToo whether those may go that had a command answered
   */
  leastUseful(servedToo: boolean): Slot | null {
    const oldest = oldestIdle(this.#new)
    if (!servedToo) return oldest
    const fewNew = this.#new.size < this.size * newPart
    return (oldest === null || fewNew ? oldestIdle(this.#served) : null) ?? oldest
  }
}

function oldestIdle(slots: ReadonlySet<Slot>): Slot | null {
  for (const slot of slots) if (!slot.busy) return slot
  return null
}

/** For connections of two addresses that hold as many. */
export function isLessUseful(one: Slot, other: Slot): boolean {
  return one.served === other.served ? one.since < other.since : other.served
}

interface SlotEvents {
  /** @param holder whose it was */
  readonly released: (holder: Holder) => void
  /** @returns the new holder; null: there is no place */
  readonly move: (before: Holder, remoteAddress: string) => Holder | null
}

export class Slot implements ConnectionSlot {
  busy = false
  evict: () => void = () => undefined
  readonly #events: SlotEvents
  #remoteAddress: string
  #holder: Holder
  #served = false
  #since = performance.now()
  #released = false

  constructor(remoteAddress: string, holder: Holder, events: SlotEvents) {
    this.#remoteAddress = remoteAddress
    this.#holder = holder
    this.#events = events
  }

  get remoteAddress(): string {
    return this.#remoteAddress
  }

  get served(): boolean {
    return this.#served
  }

  /** Where its age begins; milliseconds of the monotonic clock. */
  get since(): number {
    return this.#since
  }

  markServed(): void {
    if (this.#released) return
    this.#served = true
    this.#since = performance.now()
    this.#holder.renew(this)
  }

  moveTo(remoteAddress: string): boolean {
    if (this.#released || remoteAddress === this.#remoteAddress) return true
    const holder = this.#events.move(this.#holder, remoteAddress)
    if (holder === null) return false
    this.#holder = holder
    this.#remoteAddress = remoteAddress
    return true
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    this.#holder.remove(this)
    this.#events.released(this.#holder)
  }
}
