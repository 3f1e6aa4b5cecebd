// Errors in the form in which Kea's own kea-shell, a program in Python, prints them: scripts look for some of them.

import os from 'node:os'

const texts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ETIMEDOUT: 'Connection timed out',
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
}

/** What is wrong with a file, such as `[Errno 2] No such file or directory`. */
export function errnoText(error: unknown): string {
  const code = codeOf(error)
  const number = (os.constants.errno as Readonly<Record<string, number>>)[code]
  const text = texts[code]
  if (number !== undefined && text !== undefined) return `[Errno ${number}] ${text}`
  // OpenSSL ends its texts with a line end.
  return (error instanceof Error ? error.message : String(error)).trim()
}

/** Why there was no connection. */
export function connectionText(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  const code = codeOf(first)
  if (code === 'ENOTFOUND') return '<urlopen error [Errno -2] Name or service not known>'
  if (code === 'EAI_AGAIN') return '<urlopen error [Errno -3] Temporary failure in name resolution>'
  return `<urlopen error ${errnoText(first)}>`
}

/** Why there was no answer on a connection. */
export function answerText(error: unknown): string {
  // Node's text for a connection that ends before the answer.
  if (error instanceof Error && error.message === 'socket hang up') return 'Remote end closed connection without response'
  return errnoText(error)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
