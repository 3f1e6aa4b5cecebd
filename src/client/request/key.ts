// The key of `KEY=VALUE`: names with dots between them, `[]` and `[N]` for lists, quotes around a name that has a dot.

import { clientUsage } from '../error.ts'

/** A member's name; an item's place in a list; `append` for one more item. */
export type Step = { readonly name: string } | { readonly index: number } | 'append'

export interface Key {
  /** Begins with a name. */
  readonly path: readonly Step[]
  /** What stands behind the first `=` after the key. */
  readonly rest: string
}

const quotedName = /^"((?:[^"\\]|\\["\\])*)"/
const plainName = /^[^.[\]="]+/
const place = /^\[(\d{0,6})\]/

/** @throws {KeagateError} CLIENT_USAGE */
export function readKey(word: string): Key {
  const path: Step[] = []
  let rest = word
  for (;;) {
    const quoted = quotedName.exec(rest)
    const name = quoted ?? plainName.exec(rest)
    if (name === null) throw unreadable(word)
    path.push({ name: quoted === null ? name[0] : (quoted[1] ?? '').replaceAll(/\\(.)/g, '$1') })
    rest = rest.slice(name[0].length)
    for (let found = place.exec(rest); found !== null; found = place.exec(rest)) {
      path.push(found[1] === '' ? 'append' : { index: Number(found[1]) })
      rest = rest.slice(found[0].length)
    }
    if (rest.startsWith('=')) return { path, rest: rest.slice(1) }
    if (!rest.startsWith('.')) throw unreadable(word)
    rest = rest.slice(1)
  }
}

/** The value is not repeated: it may be a password. */
function unreadable(word: string): Error {
  const key = word.includes('=') ? `${word.slice(0, word.indexOf('='))}=...` : word
  return clientUsage(`${JSON.stringify(key)} is no argument`, 'write KEY=VALUE, a.b=VALUE or a[]=VALUE, one JSON map, @FILE or -')
}
