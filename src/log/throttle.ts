// Sums up lines that a client can cause as often as it likes: the first of a kind is written at once, then one line a
// minute says how many more there were.

import type { Log, MessageFields, MessageId } from './message.ts'

/** How many kinds are remembered at once; the lines of all further kinds share one line for each message. */
const maxKinds = 256

/** Milliseconds between two sums. */
const interval = 60_000

interface Kind {
  readonly id: MessageId
  /** The fields of its latest line. */
  fields: MessageFields
  /** How many lines are not written yet. */
  count: number
}

/** The messages must have the fields `remote-address` and `reason`. Lives as long as the process. */
export class LogThrottle {
  readonly #log: Log
  readonly #kinds = new Map<string, Kind>()
  readonly #others = new Map<MessageId, Kind>()
  #timer: NodeJS.Timeout | null = null

  constructor(log: Log) {
    this.#log = log
  }

  /** @param kind what makes two lines of a message the same, such as reason and address */
  write(id: MessageId, fields: MessageFields, kind: string): void {
    if (!this.#log.enabled(id)) return
    const key = JSON.stringify([id, kind])
    const known = this.#kinds.get(key)
    if (known === undefined && this.#kinds.size < maxKinds) {
      this.#kinds.set(key, { id, fields, count: 0 })
      this.#log.write(id, fields)
    } else {
      const summed = known ?? this.#othersOf(id, fields)
      summed.fields = fields
      summed.count++
    }
    this.#timer ??= setInterval(() => this.sweep(), interval).unref()
  }

  /** What the timer does each minute: writes the sums, and forgets kinds without new lines. */
  sweep(): void {
    for (const [key, kind] of this.#kinds) {
      if (kind.count === 0) this.#kinds.delete(key)
      else this.#sum(kind, kind.fields)
    }
    for (const kind of this.#others.values()) {
      const fields = Object.entries(kind.fields).filter(([name]) => name !== 'proxy')
      this.#sum(kind, { ...Object.fromEntries(fields), 'remote-address': 'various addresses' })
    }
    this.#others.clear()
    if (this.#kinds.size === 0) this.close()
  }

  /** Stops the timer; sums that are not written yet are lost. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #sum(kind: Kind, fields: MessageFields): void {
    const reason = `${fields['reason'] ?? ''} (${kind.count} more in the last minute)`
    kind.count = 0
    this.#log.write(kind.id, { ...fields, reason })
  }

  #othersOf(id: MessageId, fields: MessageFields): Kind {
    const kind = this.#others.get(id) ?? { id, fields, count: 0 }
    this.#others.set(id, kind)
    return kind
  }
}
