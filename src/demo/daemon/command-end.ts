// Where a command ends on a control socket: Kea's daemons take it as complete with its last bracket, and do not wait
// for the other side to end.

/** Finds the end of the first map or list by counting brackets outside strings. */
export class CommandEnd {
  #depth = 0
  #inString = false
  #escaped = false

  /** @returns whether the end is in this piece; pieces come in their order */
  isIn(chunk: Buffer): boolean {
    for (const byte of chunk) {
      if (this.#escaped) this.#escaped = false
      else if (this.#inString) {
        if (byte === 0x5c) this.#escaped = true
        else if (byte === 0x22) this.#inString = false
      } else if (byte === 0x22) this.#inString = true
      else if (byte === 0x7b || byte === 0x5b) this.#depth++
      else if ((byte === 0x7d || byte === 0x5d) && --this.#depth <= 0) return true
    }
    return false
  }
}
