// How the latest changes of the configuration ended.

import type { Metrics } from './registry.ts'

export interface Reload {
  /** `config-reload` also stands for the signal HUP. */
  readonly command: 'config-reload' | 'config-set'
  readonly taken: boolean
  /** Milliseconds since the epoch. */
  readonly at: number
}

const maxKept = 5

export class ReloadLog {
  readonly #metrics: Metrics
  #latest: readonly Reload[] = []

  constructor(metrics: Metrics) {
    this.#metrics = metrics
  }

  /** The latest first. */
  get latest(): readonly Reload[] {
    return this.#latest
  }

  note(command: Reload['command'], taken: boolean): void {
    this.#metrics.count('keagate_config_reloads_total', { command, result: taken ? 'taken' : 'refused' })
    this.#latest = [{ command, taken, at: Date.now() }, ...this.#latest].slice(0, maxKept)
  }
}
