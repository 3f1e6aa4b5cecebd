// Results as a picture: keagate and kea-ctrl-agent as multiples of a plain Node forwarder, on a logarithmic scale, so
// that 300 times and 1.2 times are both read off it. An SVG without script or fonts of its own.

import type { Judged } from './results.ts'
import type { Line } from './work.ts'

const width = 860
/** Where the scale begins and ends; the labels stand left of it, the figures right of it. */
const [left, right] = [330, 740]
const row = 34
const bar = 12
const colours = { keagate: '#2f7f86', agent: '#b07a4f' } as const

interface Panel {
  readonly title: string
  readonly judged: readonly Judged[]
}

/** Powers of ten at both ends of a scale. */
interface Scale {
  readonly from: number
  readonly to: number
}

export function chart(judged: readonly Judged[]): string {
  const measured = judged.filter(({ medians }) => typeof medians.floor === 'number')
  const panels: readonly Panel[] = [
    { title: 'Work done in a second: right is better', judged: measured.filter(({ line }) => line.unit === '/s') },
    { title: 'Time and memory needed: left is better', judged: measured.filter(({ line }) => line.unit !== '/s') },
  ]
  let y = 58
  const parts = panels.map((panel) => {
    const text = drawPanel(panel, y)
    y += 70 + panel.judged.length * row
    return text
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" font-family="sans-serif" font-size="13">`,
    '<title>keagate and kea-ctrl-agent as multiples of a plain Node forwarder, on a logarithmic scale</title>',
    `<rect width="${width}" height="${y}" fill="#ffffff"/>`,
    legend(),
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

function legend(): string {
  return [
    `<rect x="16" y="14" width="${bar}" height="${bar}" fill="${colours.keagate}"/>`,
    '<text x="34" y="24" fill="#222222">keagate</text>',
    `<rect x="110" y="14" width="${bar}" height="${bar}" fill="${colours.agent}"/>`,
    '<text x="128" y="24" fill="#222222">kea-ctrl-agent</text>',
    '<path d="M240 13 V27" stroke="#222222" stroke-dasharray="3 2"/>',
    '<text x="250" y="24" fill="#222222">1 = a plain Node forwarder without any check</text>',
    '<text x="16" y="44" font-size="11" fill="#555555">Logarithmic scale: each line of the grid is ten times the one to its left.</text>',
  ].join('\n')
}

function drawPanel({ title, judged }: Panel, top: number): string {
  const [first, bottom] = [top + 26, top + 26 + judged.length * row]
  const scale = scaleOf(judged)
  const rows = judged.map((one, index) => drawRow(one, first + index * row, scale))
  return [
    `<text x="16" y="${top + 14}" font-weight="bold" fill="#222222">${escaped(title)}</text>`,
    ...grid(scale, first, bottom),
    ...rows,
    `<path d="M${at(1, scale)} ${first} V${bottom}" stroke="#222222" stroke-dasharray="3 2"/>`,
  ].join('\n')
}

/** At least from a tenth to ten times. */
function scaleOf(judged: readonly Judged[]): Scale {
  const shares = judged.flatMap((one) => [shareOf(one, 'keagate'), shareOf(one, 'agent')]).filter((share) => share !== null)
  const powers = shares.map((share) => Math.log10(share))
  return { from: 10 ** Math.min(-1, ...powers.map(Math.floor)), to: 10 ** Math.max(1, ...powers.map(Math.ceil)) }
}

function grid(scale: Scale, top: number, bottom: number): string[] {
  const lines: string[] = []
  for (let power = Math.round(Math.log10(scale.from)); power <= Math.round(Math.log10(scale.to)); power++) {
    const [x, label] = [at(10 ** power, scale), power < 0 ? (10 ** power).toFixed(-power) : String(10 ** power)]
    lines.push(`<path d="M${x} ${top} V${bottom}" stroke="#dddddd"/>`)
    lines.push(`<text x="${x}" y="${bottom + 14}" font-size="11" text-anchor="middle" fill="#555555">${label}</text>`)
  }
  return lines
}

function drawRow(judged: Judged, top: number, scale: Scale): string {
  const bars = (['keagate', 'agent'] as const).map((who, index) => {
    const y = top + 5 + index * bar
    const share = shareOf(judged, who)
    if (share === null) return figureAt(y, escaped(String(judged.medians[who])))
    const [from, to] = [Math.min(share, 1), Math.max(share, 1)].map((end) => at(end, scale)) as [number, number]
    return [
      `<rect class="${who}" x="${from}" y="${y}" width="${Math.max(to - from, 1).toFixed(1)}" height="${bar - 1}" fill="${colours[who]}"/>`,
      figureAt(y, `${figure(share)} x`),
    ].join('\n')
  })
  return [`<text x="16" y="${top + 20}" fill="#222222">${escaped(plain(judged.line))}</text>`, ...bars].join('\n')
}

function figureAt(y: number, text: string): string {
  return `<text x="${width - 16}" y="${y + 10}" font-size="11" text-anchor="end" fill="#222222">${text}</text>`
}

/** As a multiple of the forwarder; null where one of them has no figure. */
function shareOf({ medians }: Judged, who: 'keagate' | 'agent'): number | null {
  const { [who]: value, floor } = medians
  return typeof value === 'number' && typeof floor === 'number' ? value / floor : null
}

function at(share: number, { from, to }: Scale): number {
  const place = Math.log(share / from) / Math.log(to / from)
  return Math.round((left + (right - left) * place) * 10) / 10
}

function figure(share: number): string {
  return share < 0.095 ? share.toFixed(3) : share.toFixed(2)
}

function plain({ title }: Line): string {
  return title.replaceAll('`', '')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
