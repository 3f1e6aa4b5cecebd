// The pages that a reader meets, as passages and sentences.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { passagesOfMan } from './man-passages.ts'
import { passagesOfMarkdown } from './markdown-passages.ts'
import type { Passage } from './passage.ts'

export interface Sentence {
  readonly line: number
  readonly text: string
  /** A code span counts as one, and so does a number. */
  readonly words: number
}

export interface Page {
  /** Relative to the root of the checkout. */
  readonly name: string
  readonly passages: readonly Passage[]
}

/** All pages that a reader meets. */
export function proseOf(root: string): Page[] {
  const inFolder = (folder: string, kind: RegExp): string[] => {
    const names = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    return names.filter((name) => kind.test(name)).map((name) => path.join(folder, name)).sort()
  }
  const names = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...inFolder('docs', /\.md$/), ...inFolder('docs/man', /\.\d$/)]
  return names.map((name) => {
    const text = readFileSync(path.join(root, name), 'utf8')
    return { name, passages: name.endsWith('.md') ? passagesOfMarkdown(text) : passagesOfMan(text) }
  })
}

/** After these a full stop ends no sentence. */
const abbreviations = /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|approx|incl|max|min|no|fig|sec)$/i

/** The sentences of a passage. An ellipsis ends none, and neither does a dot inside a word or a number. */
export function sentencesOf({ text, lineAt }: Passage): Sentence[] {
  const sentences: Sentence[] = []
  let start = 0
  const add = (end: number): void => {
    const piece = text.slice(start, end)
    const sentence = piece.trim().replace(/\s+/g, ' ')
    const words = sentence.split(/\s+/).filter((word) => /[\p{L}\d]/u.test(word)).length
    const begin = start + piece.length - piece.trimStart().length
    if (words > 0) sentences.push({ line: lineAt(begin), text: sentence, words })
    start = end
  }
  for (const { 0: stop, index } of text.matchAll(/[.!?]+["')\]]*(?=\s|$)/g)) {
    const before = text.slice(0, index)
    if (stop.startsWith('..') || (stop.startsWith('.') && abbreviations.test(before))) continue
    add(index + stop.length)
  }
  add(text.length)
  return sentences
}
