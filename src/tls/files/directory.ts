// The files of a directory that the TLS configuration names, as OpenSSL or Botan would choose them.

import { readdirSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import type { TlsDiagnostics, TlsKeyword } from './diagnostics.ts'
import { shellWord } from './diagnostics.ts'
import { fileErrorText } from './tls-file.ts'

/**
 * More files and directories than this below a directory mean that the wrong one was named. Reading them takes time.
 */
export const MAX_FILES = 1000

/** More bytes than this mean the same; the CA certificates of a whole operating system have half a megabyte. */
export const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024

export interface DirectoryFiles {
  readonly files: readonly string[]
  /** Whether the files are hash links; else they are all files below the directory. */
  readonly linked: boolean
}

/**
 * The files that count: the hash links if there are any, else all files below the directory. null with a problem noted.
 * @param link the names that `openssl rehash` gives to its links
 */
export function directoryFiles(
  keyword: TlsKeyword,
  directory: string,
  link: RegExp,
  diagnostics: TlsDiagnostics,
): DirectoryFiles | null {
  const entries = entriesOf(directory)
  if (typeof entries === 'string') {
    const remedy = `look at it with: ls -ld ${shellWord(directory)}`
    diagnostics.problem(keyword, `${keyword} ${directory} cannot be read: ${entries}`, remedy)
    return null
  }
  const files = entries.filter((entry) => link.test(entry)).map((entry) => path.join(directory, entry))
  const linked = files.length > 0
  const listed = linked || listFiles(directory, files, new Set([realpathSync(directory)]), diagnostics)
  if (listed && files.length <= MAX_FILES) return { files, linked }
  refuseDirectory(keyword, directory, `${MAX_FILES} files`, diagnostics)
  return null
}

/** @param most how much may be in it, such as `10 files` */
export function refuseDirectory(
  keyword: TlsKeyword,
  directory: string,
  most: string,
  diagnostics: TlsDiagnostics,
): void {
  const things = keyword === 'crl-file' ? 'revocation lists' : 'CA certificates'
  const text = `${keyword} ${directory} has more than ${most} below it`
  diagnostics.problem(keyword, text, `name a directory that holds ${things} and nothing else`)
}

/** null for anything else, and for a name that cannot be looked up, such as a link to nowhere. */
export function kindOf(name: string): 'file' | 'directory' | null {
  try {
    const stat = statSync(name)
    return stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : null
  } catch {
    return null
  }
}

/**
 * All regular files below a directory; a directory that links lead to twice is read once.
 * @returns false where there are too many to go on
 */
function listFiles(directory: string, files: string[], seen: Set<string>, diagnostics: TlsDiagnostics): boolean {
  const entries = entriesOf(directory)
  if (typeof entries === 'string') {
    const remedy = `look at it with: ls -ld ${shellWord(directory)}`
    diagnostics.warning(`${directory} is ignored: it cannot be read: ${entries}`, remedy)
    return true
  }
  for (const name of entries.map((entry) => path.join(directory, entry))) {
    if (files.length + seen.size > MAX_FILES) return false
    const kind = kindOf(name)
    if (kind === 'file') files.push(name)
    if (kind !== 'directory') continue
    const real = realpathSync(name)
    if (!seen.has(real) && !listFiles(name, files, seen.add(real), diagnostics)) return false
  }
  return true
}

/** The names in a directory, in order, or why it cannot be read. */
function entriesOf(directory: string): string[] | string {
  try {
    return readdirSync(directory).sort()
  } catch (error) {
    return fileErrorText(error)
  }
}
