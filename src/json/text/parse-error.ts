// The form in which the lexer and the parser report mistakes in JSON text.

/**
 * `file`: Kea's configuration dialect with comments, extra commas and 64-bit integers.
 * `command`: what Kea takes in HTTP bodies and on control sockets, plus every escape that JSON allows; numbers are of
 * any length. Both were compared with kea-ctrl-agent 2.2.
 */
export type Dialect = 'file' | 'command'

/** One mistake. Strings and bare words of the text are not quoted in it: they may be passwords. */
export interface ParseError {
  /** Where it is, in UTF-16 units. */
  readonly offset: number
  readonly length: number
  readonly text: string
  readonly remedy: string | null
  /** A second place that the mistake is about, such as the first of two equal keys. */
  readonly other?: { readonly offset: number; readonly what: string }
  /** true: a number that is well formed, but larger than Kea's files can hold. */
  readonly tooLarge?: true
}
