// What the lexer hands out: one word of JSON text and where it stands.

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
    /** A bare word that is none of these; good as a key without quotes at most. */
    | { readonly kind: 'word' }
    /** `<?include "file"?>`; files only. */
    | { readonly kind: 'include'; readonly file: string }
    | { readonly kind: 'end' }
    /** Nothing behind this can be told apart any more. */
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
