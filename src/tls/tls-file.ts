// Reads a file that the TLS configuration names, or says in words why that is impossible.

import { readRegularFile } from '../config/regular-file.ts'
import type { TlsFindings, TlsKeyword } from './findings.ts'
import { shellWord } from './findings.ts'

/** No certificate, chain or bundle of a whole operating system comes near it. Bytes. */
const MAX_SIZE = 4 * 1024 * 1024

export interface TlsFile {
  readonly bytes: Buffer
  /** Permission bits. */
  readonly mode: number
  /** User id. */
  readonly owner: number
}

/** The content of a regular file, or null with a problem noted. */
export function readTlsFile(keyword: TlsKeyword, file: string, findings: TlsFindings): TlsFile | null {
  const content = tlsFile(file)
  if (typeof content !== 'string') return content
  const remedy = `look at it with: ls -l ${shellWord(file)}`
  findings.problem(keyword, `${keyword} ${file} cannot be read: ${content}`, remedy)
  return null
}

/** The content of a regular file, or why it cannot be had. */
export function tlsFile(file: string): TlsFile | string {
  try {
    const found = readRegularFile(file, MAX_SIZE)
    if (found.ok) return found
    return found.fault === 'too-large' ? `it is larger than ${MAX_SIZE} bytes` : 'it is not a regular file'
  } catch (error) {
    return fileErrorText(error)
  }
}

/** What the system says of a file that cannot be used, in words. */
export function fileErrorText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ENOENT':
      return 'no such file or directory'
    case 'EACCES':
      return `permission denied for user id ${process.geteuid?.() ?? 'unknown'}`
    // A socket; opening a pipe or a device succeeds.
    case 'ENXIO':
      return 'it is not a regular file'
    case 'ENOTDIR':
      return 'a part of its path is not a directory'
    case 'ELOOP':
      return 'its symbolic links go in a circle'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
