// The last hour of one daemon as two small plots: drawn here, so that the page needs no script.

import type { LastHour } from '../command/daemon-status.ts'
import { grouped, milliseconds } from './format.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'

/** Pixels. A minute is one bar. */
const barWidth = 2
const height = 18

/** Commands by the minute, those that failed in another colour, and below them the slowest answer of each minute. */
export function plots({ commands, failures, slowest }: LastHour): Html {
  const total = commands.reduce((sum, count) => sum + count, 0)
  const busiest = Math.max(...commands)
  const longest = Math.max(...slowest)
  const rate = `${grouped(busiest)}/min`
  const counts = `${grouped(total)} commands in the last hour, at most ${rate}`
  const times = `slowest answer of each minute, at most ${milliseconds(longest)}`
  return html`${plot(counts, rate, [['bar', commands], ['fault', failures]], busiest)}${
    longest === 0 ? '' : plot(times, milliseconds(longest), [['time', slowest]], longest)}`
}

type Layer = readonly [look: string, values: readonly number[]]

/** @param name text for screen readers, and the tool tip. @param top the value at the upper edge */
function plot(name: string, caption: string, layers: readonly Layer[], top: number): Html {
  const width = barWidth * (layers[0]?.[1].length ?? 0)
  return html`<span class="plot"><svg role="img" aria-label="${name}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><title>${name}</title>${
    layers.map(([look, values]) => html`<path class="${look}" d="${bars(values, top)}"/>`)}</svg> <span class="soft">${caption}</span></span>`
}

/** Bars from the lower edge; one for more than 0 is at least a pixel high. */
function bars(values: readonly number[], top: number): string {
  return values.map((value, index) => {
    if (value === 0) return ''
    const tall = Math.max(1, Math.round((value / top) * height))
    return `M${index * barWidth} ${height}v-${tall}h${barWidth}v${tall}`
  }).join('')
}
