// The types of the scanner of JSON bytes.

/**
 * `command`: the bodies of clients, as Kea reads them. `answer`: the answers of daemons, strictly RFC 8259. `checked`:
 * texts of both kinds that were scanned before.
 */
export type ScanDialect = 'command' | 'answer' | 'checked'

/**
 * `more`: nothing wrong so far. `done`: complete; in `answer` as soon as the outermost bracket closes, in `command`
 * only when `finish` says so, because blanks may follow. `bad`: refused, `problem` says why.
 */
export type ScanVerdict = 'more' | 'done' | 'bad'

export interface ScanError {
  /** How many bytes lie before the place. */
  readonly offset: number
  readonly text: string
}

/**
 * Receives keys and values, each when its last byte has been scanned. Offsets count over all chunks, and `end` is
 * exclusive. `depth` is the number of maps and lists around the key or value; `wideEscapes` is the number of `\u`
 * escapes from U+0100 up in the text so far. A number or a word that is the whole text is not reported.
 */
export interface ScanHandler {
  /** Keys and values deeper than this are not reported. */
  readonly maxDepth: number
  /** Called before the next chunk is scanned. Nearly every key lies as a whole in the chunk in which it ends. */
  chunk(bytes: Uint8Array, base: number): void
  /** A key of a map, quotes included. */
  key(start: number, end: number, depth: number, wideEscapes: number): void
  /** A value: that of the latest key of this depth, or an item of a list. */
  value(start: number, end: number, depth: number, wideEscapes: number): void
}
