// The commands of a demonstration daemon, by name.

import type { Answer } from '../answer.ts'
import type { Fields } from '../fields.ts'

/** Runs one command with its arguments, an empty map where there are none. @throws CommandRefused */
export type CommandHandler = (input: Fields) => Answer

export type CommandTable = Readonly<Record<string, CommandHandler>>
