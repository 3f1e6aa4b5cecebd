// Colors for terminals only: output to a pipe or a file is plain text.

const codes = { green: 32, yellow: 33, red: 31 } as const

export type Color = keyof typeof codes

/** Colors a text, or returns it as it is where no color is wanted. */
export type Paint = (color: Color, text: string) => string

/**
 * @param stream where the text is to be written
 * @param env `NO_COLOR` with any value but an empty one (https://no-color.org), or `TERM=dumb`, turns colors off
 */
export function painterFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const wanted = stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  return wanted ? (color, text) => `\x1b[${codes[color]}m${text}\x1b[0m` : plain
}

/** No color. */
export const plain: Paint = (_color, text) => text
