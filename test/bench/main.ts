// npm run bench: every line of the table, through each contestant in turn, round by round.

import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Owner } from '../support/child.ts'
import { chart } from './chart.ts'
import { contestants } from './contestants.ts'
import type { Contestant } from './contestants.ts'
import { describeMachine } from './machine.ts'
import { busyShare } from './measured.ts'
import { Measurer } from './measure.ts'
import type { Sample } from './measure.ts'
import { readOptions, usage } from './options.ts'
import type { Options } from './options.ts'
import { publish, published } from './publish.ts'
import { judge, merge, readResults, writeResults } from './results.ts'
import type { Judged, LineResult, Results } from './results.ts'
import { setStage } from './stage.ts'
import { plainTable } from './table.ts'
import { chosenLines, lines } from './work.ts'
import type { Line } from './work.ts'

try {
  const options = readOptions(process.argv.slice(2))
  if (options.readme) publishResults(options)
  else if (options.list) for (const { id, title } of lines) console.log(`${id.padEnd(14)} ${title}`)
  else await bench(options)
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  process.exitCode = 1
}

function publishResults({ out }: Options): void {
  const file = path.join(out, 'results.json')
  const results = readResults(file)
  if (results === null) throw new Error(`${file} is not there: measure first`)
  publish(results)
  console.log(`written: ${Object.values(published).join(', ')}`)
}

async function bench(options: Options): Promise<void> {
  const chosen = chosenLines(options.only)
  const ends: (() => unknown)[] = []
  const owner: Owner = { teardown: (step) => ends.unshift(step), comment: console.error, passing: () => true }
  mkdirSync(options.out, { recursive: true })
  const file = path.join(options.out, 'results.json')
  try {
    const stage = await setStage(owner, { ...options, lines: chosen })
    const measured = await rounds(new Measurer(stage), chosen, options.rounds)
    const results = merge(readResults(file), { machine: describeMachine(options.program), lines: measured })
    writeResults(file, results)
    const picture = path.join(options.out, 'chart.svg')
    const all = lines.flatMap((line) => judged(results, line))
    writeFileSync(picture, chart(all))
    console.log(`\n${plainTable(chosen.flatMap((line) => judged(results, line)))}\n\n${file}\n${picture}`)
  } finally {
    for (const end of ends) await end()
  }
}

function judged({ lines: measured }: Results, line: Line): readonly Judged[] {
  const found = measured[line.id]
  return found === undefined ? [] : [judge(line, found)]
}

/** A slow minute of the machine falls on everybody, and nobody is always first. */
async function rounds(measurer: Measurer, chosen: readonly Line[], count: number): Promise<Record<string, LineResult>> {
  const found = new Map<string, { time: string; samples: Record<Contestant, Sample[]> }>()
  for (let round = 0; round < count; round++) {
    const busy = await busyShare(500)
    // Everybody here waits for work: whoever works is somebody else.
    if (busy > 0.1) console.log(`${round + 1}  others keep ${Math.round(busy * 100)} % of this machine busy: measure again later`)
    for (const line of chosen) {
      const entry = found.get(line.id) ?? {
        time: new Date().toISOString(),
        samples: { agent: [], floor: [], keagate: [] },
      }
      found.set(line.id, entry)
      for (let turn = 0; turn < contestants.length; turn++) {
        const who = contestants[(turn + round) % contestants.length]!
        const sample = await measurer.measure(line, who)
        entry.samples[who].push(sample)
        console.log(progress(round, line, who, sample))
      }
    }
  }
  return Object.fromEntries(found)
}

function progress(round: number, line: Line, who: Contestant, { value, processor }: Sample): string {
  const text = typeof value === 'string' ? value : `${value.toFixed(2)} ${line.unit}`
  const share = processor === undefined ? '' : `  ${Math.round(processor * 100)} % of a processor`
  return `${round + 1}  ${line.id.padEnd(12)} ${who.padEnd(8)} ${text}${share}`
}
