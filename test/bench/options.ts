// The command line of the benchmark.

import { parseArgs } from 'node:util'
import path from 'node:path'

export interface Options {
  /** Names of lines; none: all. */
  readonly only: readonly string[]
  readonly rounds: number
  /** Seconds of load for one sample. */
  readonly seconds: number
  /** Where results, chart and table go. */
  readonly out: string
  /** keagate's entry point. */
  readonly program: string
  /** Writes the table of the results in `out` into its page, and measures nothing. */
  readonly readme: boolean
  readonly list: boolean
}

export const usage = `npm run bench -- [--only LINE,LINE...] [--rounds 5] [--seconds 2] [--out .bench] [--program dist/main.js]
npm run bench -- --list     names the lines
npm run bench -- --readme   writes table and chart of the results in --out to docs/

Measures the same work through kea-ctrl-agent, a plain Node forwarder and keagate in turn. Results are merged
into results.json in the folder --out, so the lines can be measured in pieces; a line measured again replaces the older.`

/** @throws when the words are not those of the usage text */
export function readOptions(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      out: { type: 'string', default: '.bench' },
      program: { type: 'string', default: 'dist/main.js' },
      readme: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  })
  return {
    only: values.only.split(',').filter((name) => name !== ''),
    rounds: positive(values.rounds, '--rounds'),
    seconds: positive(values.seconds, '--seconds'),
    out: path.resolve(values.out),
    program: path.resolve(values.program),
    readme: values.readme,
    list: values.list,
  }
}

function positive(text: string, name: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} takes a whole number from 1 up, not "${text}"`)
  return value
}
