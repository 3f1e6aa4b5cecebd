// The connections of one address that have a place, and which of them is of least use.

/** The part of an address' connections from which on those without an answered command make room first. */
const newPart = 1 / 4

/** The place of one open connection. */
export interface ConnectionSlot {
  /** Whether a command runs or is being answered. Such a connection is never closed to make room. */
  busy: boolean
  /**
   * Called once the connection has lost its place: closes it. The code that reads from the connection sets this before
   * the next turn of the event loop.
   */
  evict: () => void
  /** A command of this connection was answered. */
  markServed(): void
  /**
   * For the connection of a proxy that carries requests of another client from now on: gives it a place of that client.
   * @returns false: that client has no place left, and the connection still counts for the client before
   */
  moveTo(remoteAddress: string): boolean
  /** The connection is closed. A second time is harmless. */
  release(): void
}

/** The connections of one address: those without an answered command, and the others, each in order of age. */
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

  /** Adds a connection that comes from another address, or back to this one. */
  restore(slot: Slot): void {
    if (slot.served) this.#served.add(slot)
    else this.#new.add(slot)
  }

  /** After an answered command: the age of the connection begins again. */
  renew(slot: Slot): void {
    this.remove(slot)
    this.#served.add(slot)
  }

  remove(slot: Slot): void {
    this.#new.delete(slot)
    this.#served.delete(slot)
  }

  /**
   * The connection to close first, none that is busy. Those without an answered command go first unless they are few:
   * otherwise, at an address with many other connections, each new one would be closed before its first command.
   * @param servedToo whether connections with an answered command may go too
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

/** Compares connections of two addresses that have the same number of them. */
export function isLessUseful(one: Slot, other: Slot): boolean {
  return one.served === other.served ? one.since < other.since : other.served
}

interface SlotEvents {
  /** @param holder the one that had the connection */
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

  /** When the age of the connection begins, in milliseconds of the monotonic clock. */
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
