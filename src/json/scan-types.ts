// The vocabulary of scanning JSON as bytes.

/** `command` for clients' bodies, as Kea reads them; `answer` for what daemons send: RFC 8259 and nothing else. */
export type ScanDialect = 'command' | 'answer'

/**
 * `more`: nothing wrong so far. `done`: complete; in `answer` as soon as the outermost bracket closes, in `command`
 * only when `finish` says so, for blanks may follow. `bad`: refused, `problem` says why.
 */
export type ScanVerdict = 'more' | 'done' | 'bad'

export interface ScanProblem {
  /** How many bytes lie before the place. */
  readonly offset: number
  readonly text: string
}

/**
 * Told of the members of the outermost map as they pass. Offsets count over all chunks, `end` is exclusive;
 * `wideEscapes` is how many `\u` escapes from U+0100 up have passed so far.
 */
export interface MemberListener {
  /** A key is complete, quotes included. It ends in the chunk that is being pushed and may begin in an earlier one. */
  key(start: number, end: number, wideEscapes: number): void
  /** The value of the key told last is complete. */
  value(start: number, end: number, wideEscapes: number): void
}
