// Lines on their way to one output. They are kept in order and up to a limit, written in batches in the background, and
// tried again as long as the output takes none. Each batch costs a write and two switches between threads, as much as
// some ten lines, so on a busy agent lines wait a few milliseconds to be written together.

export interface LineTarget {
  /**
   * Writes some of the lines, beginning with the first. No line is ever torn or written twice.
   * @returns how many it wrote, at least one if there are any
   * @throws when it could write none
   */
  write(lines: readonly string[]): Promise<number>
  close(): Promise<void>
}

export interface StreamEvents {
  /** Called once before each `restored`, and once more if lines are given up at the end. */
  failing(reason: string): void
  /** @param lost how many lines could not be kept meanwhile */
  restored(lost: number): void
}

/** Characters that are kept while an output takes no lines, as a full disk; further lines are lost. */
const maxWaiting = 16 * 1024 * 1024

/** Characters. When this many wait, they are written even if their delay is not over. */
const highWaterMark = 64 * 1024

/** Milliseconds that lines wait at most where not each line is to be flushed. */
const maxDelay = 1000

/** Milliseconds between two batches where each line is to be flushed; a line after a pause is written at once. */
const flushInterval = 5

/**
 * Milliseconds until the next batch is due; 0 or less: at once.
 * @param lines how many wait
 * @param sinceLast milliseconds since the latest batch was handed over
 */
export type BatchDelay = (lines: number, sinceLast: number) => number

/** The delay for outputs of loggers. @param flush whether each line is flushed; else lines wait {@link maxDelay} */
export function logDelay(flush: boolean): BatchDelay {
  return flush ? (_lines, sinceLast) => flushInterval - sinceLast : () => maxDelay
}

/** Called once with whether the line was written. A line that was not is tried again, as all lines are. */
type OnSettled = (written: boolean) => void

/** Milliseconds until an output that failed is tried again, and until a full pipe is tried again. */
const retryDelay = 1000
const fullDelay = 20

/** Milliseconds without a written line after which closing gives up. */
const closeTimeout = 1000

export class LineStream {
  readonly #target: LineTarget
  readonly #events: StreamEvents
  delay: BatchDelay
  #lines: string[] = []
  /** One element for each line; null: no caller waits for the line. */
  #onSettled: (OnSettled | null)[] = []
  /** Length of the lines in characters. */
  #waiting = 0
  #written = 0
  #lost = 0
  #failing = false
  #busy = false
  #closing = false
  #timer: NodeJS.Timeout | null = null
  /** When the latest batch was handed over, in milliseconds of the monotonic clock. */
  #handedOver = -Infinity
  #wake: () => void = () => undefined
  #idle: () => void = () => undefined

  constructor(target: LineTarget, events: StreamEvents, delay: BatchDelay) {
    this.#target = target
    this.#events = events
    this.delay = delay
  }

  /** Whether the latest attempt to write failed. */
  get failing(): boolean {
    return this.#failing
  }

  /** @param onSettled called once with whether the line was written; immediately if the output is failing */
  write(line: string, onSettled: OnSettled | null = null): void {
    if (this.#waiting + line.length > maxWaiting) {
      this.#lost++
      this.#fail('it takes lines too slowly')
      onSettled?.(false)
      return
    }
    this.#lines.push(line)
    this.#onSettled.push(this.#failing ? null : onSettled)
    this.#waiting += line.length
    if (this.#failing) onSettled?.(false)
    if (this.#busy) return
    if (this.#waiting >= highWaterMark) this.start()
    else this.#plan()
  }

  /** Hands the waiting lines to the target. Without any, the target still gets its chance to look after its file. */
  start(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#wake()
    if (this.#busy) return
    this.#busy = true
    // Not at once, so that lines of the same turn of the event loop go into one batch.
    setImmediate(() => void this.#pump())
  }

  /** Settles when every line has been written or given up. To be called once, and no line may be written after it. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.#lines.length > 0 || this.#busy) {
      this.start()
      await this.#drained()
    }
    const left = this.#lines.length + this.#lost
    if (left > 0) this.#events.failing(`it was given up with ${left} lines not written`)
    // Not while a write is under way, which still uses the descriptor.
    if (!this.#busy) await this.#target.close()
  }

  #plan(): void {
    const wait = this.delay(this.#lines.length, performance.now() - this.#handedOver)
    if (wait > 0) this.#timer ??= setTimeout(() => this.start(), wait)
    else this.start()
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      let before = this.#written
      const timer = setInterval(() => {
        if (this.#written === before) end()
        before = this.#written
      }, closeTimeout)
      const end = (): void => {
        clearInterval(timer)
        resolve()
      }
      this.#idle = end
    })
  }

  async #pump(): Promise<void> {
    do {
      this.#handedOver = performance.now()
      try {
        this.#drop(await this.#target.write(this.#lines))
      } catch (error) {
        const full = error instanceof Error && 'code' in error && error.code === 'EAGAIN'
        if (!full) this.#fail(error instanceof Error ? error.message : String(error))
        if (this.#closing && !full) break
        await this.#pause(full ? fullDelay : retryDelay)
      }
    } while (this.#lines.length > 0 && (this.#closing || this.#failing || this.#waiting >= highWaterMark))
    this.#busy = false
    if (this.#lines.length > 0 && !this.#closing) this.#plan()
    else this.#idle()
  }

  /** Removes the lines that are written. */
  #drop(count: number): void {
    for (let i = 0; i < count; i++) this.#waiting -= this.#lines[i]?.length ?? 0
    this.#lines.splice(0, count)
    this.#written += count
    for (const onSettled of this.#onSettled.splice(0, count)) onSettled?.(true)
    if (!this.#failing || this.#waiting > maxWaiting / 2) return
    const lost = this.#lost
    this.#failing = false
    this.#lost = 0
    this.#events.restored(lost)
  }

  #fail(reason: string): void {
    if (this.#failing) return
    this.#failing = true
    for (const onSettled of this.#onSettled) onSettled?.(false)
    this.#onSettled.fill(null)
    this.#events.failing(reason)
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        this.#wake = () => undefined
        resolve()
      }
      const timer = setTimeout(end, milliseconds)
      this.#wake = end
    })
  }
}
