// What the lexer returns: one token of JSON text and its place.

import type { ParseError } from './parse-error.ts'

interface Extent {
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

export type Token = Extent &
  (
    | { readonly kind: '{' | '}' | '[' | ']' | ':' | ',' }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'integer' | 'float' }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'null' }
    /** A bare word other than true, false and null; at most a key without quotes. */
    | { readonly kind: 'word' }
    /** `<?include "file"?>`; files only. */
    | { readonly kind: 'include'; readonly file: string }
    | { readonly kind: 'end' }
    /** The text from here on cannot be split into tokens. */
    | { readonly kind: 'bad'; readonly problem: ParseError }
  )

/** Whether a token can be an element, or would be one with quotes around it. */
export function beginsElement({ kind }: Token): boolean {
  return elementKinds.has(kind)
}

const elementKinds: ReadonlySet<Token['kind']> = new Set([
  'string',
  'integer',
  'float',
  'boolean',
  'null',
  'word',
  '{',
  '[',
])
