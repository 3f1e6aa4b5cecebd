// `statistic-*`, which every daemon has.

import type { Printable } from '../../../json/text/print.ts'
import { CommandRefused } from '../answer.ts'
import type { CommandTable } from './command-table.ts'
import type { Fields } from '../fields.ts'
import { sorted } from '../print-config.ts'
import type { Statistics } from '../statistics.ts'

export function statisticCommands(statistics: Statistics): CommandTable {
  const print = (names: readonly string[]): Printable => {
    const found = names.map((name) => [name, statistics.print(name)] as const)
    return sorted(new Map(found.flatMap(([name, samples]) => (samples === null ? [] : [[name, samples] as const]))))
  }
  const known = (input: Fields): string => {
    const name = input.string('name')
    if (!statistics.has(name)) throw new CommandRefused(`there is no statistic '${name}'`)
    return name
  }
  return {
    'statistic-get': (input) => ({ result: 0, arguments: print([input.string('name')]) }),
    'statistic-get-all': () => ({ result: 0, arguments: print(statistics.names()) }),
    'statistic-remove': (input) => {
      const name = known(input)
      statistics.remove(name)
      return { result: 0, text: `statistic '${name}' removed` }
    },
    'statistic-reset': (input) => {
      const name = known(input)
      statistics.reset(name)
      return { result: 0, text: `statistic '${name}' is 0 again` }
    },
    'statistic-reset-all': () => {
      for (const name of statistics.names()) statistics.reset(name)
      return { result: 0, text: 'all statistics are 0 again' }
    },
  }
}
