// Colours for a terminal, and for nothing else: what goes into a pipe or a file is text alone.

const codes = { green: 32, yellow: 33, red: 31 } as const

export type Color = keyof typeof codes

/** Puts a text into a colour; gives it back as it is where no colour is wanted. */
export type Paint = (color: Color, text: string) => string

/**
 * @param stream where the text is to be written
 * @param env `NO_COLOR` with any value but an empty one (https://no-color.org) and `TERM=dumb` want none
 */
export function painterFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const wanted = stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  return wanted ? (color, text) => `\x1b[${codes[color]}m${text}\x1b[0m` : plain
}

/** No colour. */
export const plain: Paint = (_color, text) => text
