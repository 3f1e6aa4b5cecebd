// Results as the repository shows them: figures and chart in docs, the table in its page. A test holds them together.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chart } from './chart.ts'
import type { Judged, Results } from './results.ts'
import { formatResults, judge } from './results.ts'
import { markdownTable } from './table.ts'
import { lines } from './work.ts'

/** Relative to the root of the repository. */
export const published = { figures: 'docs/performance.json', chart: 'docs/performance.svg', page: 'docs/performance.md' } as const

const [opening, closing] = ['<!-- npm run bench -- --readme -->', '<!-- end of what it writes -->']

/** @throws when a line is missing in the results, or the page lacks the place */
export function publish(results: Results): void {
  const judged = judgeAll(results)
  const page = readFileSync(published.page, 'utf8')
  writeFileSync(published.page, withTable(page, results))
  writeFileSync(published.figures, formatResults(results))
  writeFileSync(published.chart, chart(judged))
}

/** Every line of the table, in its order. @throws when one was not measured */
export function judgeAll(results: Results): readonly Judged[] {
  return lines.map((line) => {
    const found = results.lines[line.id]
    if (found === undefined) throw new Error(`the line "${line.id}" has not been measured`)
    return judge(line, found)
  })
}

/**
 * The page with the table of these results.
 * @param results null: none are kept, so there is no table
 * @throws when it lacks the place
 */
export function withTable(page: string, results: Results | null): string {
  const [start, end] = [page.indexOf(opening), page.indexOf(closing)]
  if (start < 0 || end < start) throw new Error(`${published.page} needs the lines ${opening} and ${closing}`)
  return `${page.slice(0, start)}${opening}\n${results === null ? '' : `${section(results)}\n`}${page.slice(end)}`
}

function section(results: Results): string {
  const { machine } = results
  const value = (name: string): string => machine[name] ?? 'unknown'
  return [
    markdownTable(judgeAll(results)),
    '',
    `Medians of ${rounds(results)} rounds on \`${value('processor')}\`, ${value('memory')}, \`${value('system')}\`; Node.js`,
    `\`${value('node')}\` with OpenSSL ${value('openssl')}, kea-ctrl-agent ${value('kea-ctrl-agent')}, keagate ${value('keagate')}.`,
    `Every sample is in [${link(published.figures)}](${link(published.figures)}).`,
    '',
    `![keagate and kea-ctrl-agent compared with a plain Node forwarder](${link(published.chart)})`,
  ].join('\n')
}

function link(file: string): string {
  return path.relative(path.dirname(published.page), file)
}

/** The fewest that a line got. */
function rounds({ lines: measured }: Results): number {
  return Math.min(...Object.values(measured).map(({ samples }) => samples.keagate.length))
}
