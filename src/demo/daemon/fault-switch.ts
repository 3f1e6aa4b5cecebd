// The switch that makes a demonstration daemon hang or go away for a while, to show what keagate does then.

import { CommandRefused } from './answer.ts'
import type { CommandTable } from './commands/command-table.ts'
import type { Fields } from './fields.ts'

/** Seconds that a fault lasts where the command does not say. */
const defaultPeriod = 30

const maxPeriod = 3600

export const backCommand = 'demo-back'

export const faultCommands = ['demo-hang', 'demo-away', backCommand] as const

export interface FaultActions {
  /** Stops listening. The command that says so is still answered. */
  leave(): void
  /** Listens, if it does not already. */
  return(): void
}

export class FaultSwitch {
  readonly #actions: FaultActions
  /** The present hang, with a promise that resolves when it is over; null while there is none. */
  #hang: { readonly over: Promise<void>; end(): void } | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(actions: FaultActions) {
    this.#actions = actions
  }

  commands(): CommandTable {
    return {
      'demo-hang': (input) => {
        const period = seconds(input)
        this.end()
        this.#startHang(period)
        return { result: 0, text: `hangs for ${period} seconds from now on: it answers nothing but ${backCommand}` }
      },
      'demo-away': (input) => {
        const period = seconds(input)
        this.end()
        this.#timer = setTimeout(() => this.#actions.return(), period * 1000)
        this.#actions.leave()
        return { result: 0, text: `is away for ${period} seconds from now on, as a daemon that has ended` }
      },
      [backCommand]: () => {
        this.end()
        this.#actions.return()
        return { result: 0, text: 'answers as usual' }
      },
    }
  }

  /** Resolves when commands may be answered. */
  async wait(): Promise<void> {
    await this.#hang?.over
  }

  /** Ends a hang, and cancels the return of a daemon that is away: it stays away. */
  end(): void {
    clearTimeout(this.#timer)
    this.#hang?.end()
    this.#hang = null
  }

  #startHang(period: number): void {
    let end = (): void => undefined
    const over = new Promise<void>((resolve) => (end = resolve))
    this.#hang = { over, end }
    this.#timer = setTimeout(() => this.end(), period * 1000)
  }
}

/** @throws CommandRefused */
function seconds(input: Fields): number {
  const period = input.optionalInteger('seconds') ?? defaultPeriod
  if (period >= 1 && period <= maxPeriod) return period
  throw new CommandRefused(`'seconds' has to be 1 to ${maxPeriod}`)
}
