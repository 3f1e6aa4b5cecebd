// The vocabulary of scanning JSON as bytes.

/**
 * `command` for clients' bodies, as Kea reads them; `answer` for what daemons send: RFC 8259 and nothing else;
 * `checked` for texts of both kinds that have been scanned before.
 */
export type ScanDialect = 'command' | 'answer' | 'checked'

/**
 * `more`: nothing wrong so far. `done`: complete; in `answer` as soon as the outermost bracket closes, in `command`
 * only when `finish` says so, for blanks may follow. `bad`: refused, `problem` says why.
 */
export type ScanVerdict = 'more' | 'done' | 'bad'

export interface ScanError {
  /** How many bytes lie before the place. */
  readonly offset: number
  readonly text: string
}

/**
 * Receives keys and values, each when its last byte has been scanned. Offsets count over all chunks, `end` is
 * exclusive; `depth` is the number of maps and lists around it; `wideEscapes` that of the `\u` escapes from U+0100 up
 * in the text so far. A number or a word that is the whole text is not reported.
 */
export interface ScanHandler {
  /** Keys and values deeper than this are not reported. */
  readonly maxDepth: number
  /** The next chunk is scanned. Nearly every key lies in the chunk that it ends in as a whole. */
  chunk(bytes: Uint8Array, base: number): void
  /** A key of a map, quotes included. */
  key(start: number, end: number, depth: number, wideEscapes: number): void
  /** A value: the one of the latest key of that depth, or an item of a list. */
  value(start: number, end: number, depth: number, wideEscapes: number): void
}
