// Writes samples in the text format of Prometheus, version 0.0.4.

import { escapeForLog } from '../log/escape.ts'
import { metricDefinitions } from './definitions.ts'
import type { MetricId } from './definitions.ts'
import type { Sample } from './registry.ts'

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Every metric with its help, type and samples, in the order of the definitions; metrics without samples are left out.
 */
export function exposition(samples: readonly Sample[]): string {
  const byName = new Map<MetricId, string[]>()
  for (const sample of samples) {
    const lines = byName.get(sample.name) ?? []
    if (lines.length === 0) byName.set(sample.name, lines)
    lines.push(`${sample.name}${sample.suffix ?? ''}${labelsOf(sample.labels)} ${sample.value}\n`)
  }
  let text = ''
  for (const [name, { help, type }] of Object.entries(metricDefinitions)) {
    const lines = byName.get(name as MetricId)
    if (lines !== undefined) text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
  }
  return text
}

function labelsOf(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** The format escapes backslash, quote and line end; `escapeForLog` has made line ends visible already. */
function escaped(value: string): string {
  return escapeForLog(value, Infinity).replace(/[\\"]/g, '\\$&')
}
