// The fenced blocks of a page of the documentation, with their place in it.

import { readFileSync } from 'node:fs'
import path from 'node:path'

export interface Block {
  /** The page and the line of the fence, as `docs/tls.md:12`. */
  readonly place: string
  /** What stands behind the opening fence, such as `sh` or `json request`. */
  readonly language: string
  readonly text: string
}

/** The root of the checkout. */
export const root = path.resolve(import.meta.dirname, '../..')

/** All blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(path.join(root, page), 'utf8')
  return [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(({ 1: language = '', 2: block = '', index }) => {
    return { place: `${page}:${text.slice(0, index).split('\n').length}`, language, text: block }
  })
}
