// Reads a file that holds a user, a password or both. Its content never appears in a message.

import { faultOf, readRegularFile } from './regular-file.ts'

/**
 * Bytes. Longer files are refused: no password is that long, and a wrong file name should not make the agent read a
 * whole log.
 */
const LARGEST = 4096

export type SecretFile =
  | { readonly ok: true; readonly text: string; readonly othersMayRead: boolean }
  | { readonly ok: false; readonly reason: string; readonly remedy: string | null }

/** The secret files of one configuration. A file that many entries name is read once. */
export class SecretFiles {
  readonly #read = new Map<string, SecretFile>()

  read(path: string): SecretFile {
    const file = this.#read.get(path) ?? readSecretFile(path)
    this.#read.set(path, file)
    return file
  }
}

/**
 * The content without one line end (LF or CRLF) at its end; blanks and everything else count. Bytes that are not UTF-8
 * are taken as Latin-1, as Kea takes all bytes.
 */
export function readSecretFile(path: string): SecretFile {
  if (path.includes('\0')) return { ok: false, reason: 'its name holds the character NUL', remedy: null }
  try {
    const file = readRegularFile(path, LARGEST)
    if (file.ok)
      return { ok: true, text: withoutLineEnd(decoded(file.bytes)), othersMayRead: (file.mode & 0o004) !== 0 }
    if (file.fault === 'too-large') return { ok: false, reason: `it is larger than ${LARGEST} bytes`, remedy: null }
    return { ok: false, reason: 'it is not a regular file', remedy: 'name a regular file' }
  } catch (error) {
    return { ok: false, ...faultOf(error) }
  }
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}
