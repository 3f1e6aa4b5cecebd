// What a demonstration daemon says to one command, with Kea's result codes.

import type { Printable } from '../../json/text/print.ts'
import { printCompact } from '../../json/text/print.ts'

/** 0 done, 1 refused, 2 no such command, 3 nothing found, as in Kea's API. */
export type ResultCode = 0 | 1 | 2 | 3

export interface Answer {
  readonly result: ResultCode
  readonly text?: string
  readonly arguments?: Printable
}

/** A command whose arguments cannot be used. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused'
  readonly result: ResultCode

  constructor(text: string, result: ResultCode = 1) {
    super(text)
    this.result = result
  }
}

/** Result 0, or 3 where nothing was found. */
export function found(count: number, what: string, members: Printable): Answer {
  return { result: count === 0 ? 3 : 0, text: `${count} ${what}${count === 1 ? '' : 's'} found`, arguments: members }
}

/** The text of an answer, its members in the order in which Kea prints them. */
export function printAnswer({ result, text, arguments: members }: Answer): string {
  return printCompact({ arguments: members, result, text })
}
