// Results as a picture: how far each contestant is from the floor. An SVG without script or fonts of its own.

import type { Judged } from './results.ts'
import type { Line } from './work.ts'

const width = 860
const labels = 330
const row = 34
const bar = 12
/** Share of the floor at the right edge; what is longer is cut off there and says how long it is. */
const edge = 2
const colours = { agent: '#b07a4f', keagate: '#2f7f86' } as const

interface Panel {
  readonly title: string
  readonly judged: readonly Judged[]
}

export function chart(judged: readonly Judged[]): string {
  const measured = judged.filter(({ medians }) => typeof medians.floor === 'number')
  const panels: readonly Panel[] = [
    { title: 'Work done in a second, the floor being 1: longer is better', judged: measured.filter(({ line }) => line.unit === '/s') },
    { title: 'Time and memory, the floor being 1: shorter is better', judged: measured.filter(({ line }) => line.unit !== '/s') },
  ]
  let y = 44
  const parts = panels.map((panel) => {
    const text = drawPanel(panel, y)
    y += 40 + panel.judged.length * row
    return text
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" font-family="sans-serif" font-size="13">`,
    '<title>keagate and kea-ctrl-agent beside a bare Node forwarder</title>',
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
    '<text x="250" y="24" fill="#222222">the floor: a Node forwarder without any check</text>',
  ].join('\n')
}

function drawPanel({ title, judged }: Panel, top: number): string {
  const bottom = top + 26 + judged.length * row
  const rows = judged.map((one, index) => drawRow(one, top + 26 + index * row))
  return [
    `<text x="16" y="${top + 14}" font-weight="bold" fill="#222222">${escaped(title)}</text>`,
    ...rows,
    `<path d="M${at(1)} ${top + 22} V${bottom}" stroke="#222222" stroke-dasharray="3 2"/>`,
  ].join('\n')
}

function drawRow({ line, medians }: Judged, top: number): string {
  const { floor } = medians
  const bars = (['keagate', 'agent'] as const).map((who, index) => {
    const value = medians[who]
    const y = top + 4 + index * bar
    if (typeof value === 'string' || typeof floor === 'string') {
      return `<text x="${labels + 4}" y="${y + 10}" font-size="11" fill="#555555">${escaped(value as string)}</text>`
    }
    const share = value / floor
    const end = at(Math.min(share, edge))
    const inside = end > width - 60
    return [
      `<rect x="${labels}" y="${y}" width="${(end - labels).toFixed(1)}" height="${bar - 1}" fill="${colours[who]}"/>`,
      `<text x="${(inside ? end - 4 : end + 4).toFixed(1)}" y="${y + 10}" font-size="11" text-anchor="${inside ? 'end' : 'start'}" fill="${inside ? '#ffffff' : '#222222'}">${figure(share)}</text>`,
    ].join('\n')
  })
  return [`<text x="16" y="${top + 20}" fill="#222222">${escaped(plain(line))}</text>`, ...bars].join('\n')
}

function at(share: number): number {
  return labels + ((width - labels - 20) * share) / edge
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
