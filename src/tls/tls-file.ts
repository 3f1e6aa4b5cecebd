// Reads a file that the TLS configuration names, or says in words why that is impossible.

import { readFileSync, statSync } from 'node:fs'
import type { TlsFindings, TlsKeyword } from './findings.ts'
import { shellWord } from './findings.ts'

/** No certificate, chain or bundle of a whole operating system comes near it. Bytes. */
const MAX_SIZE = 4 * 1024 * 1024

/** The content of a regular file, or null with a problem noted. */
export function readTlsFile(keyword: TlsKeyword, file: string, findings: TlsFindings): Buffer | null {
  const content = readRegularFile(file)
  if (typeof content !== 'string') return content
  const remedy = `look at it with: ls -l ${shellWord(file)}`
  findings.problem(keyword, `${keyword} ${file} cannot be read: ${content}`, remedy)
  return null
}

/** The content of a regular file, or why it cannot be had. A pipe or a device is not opened: reading could hang. */
export function readRegularFile(file: string): Buffer | string {
  try {
    const stat = statSync(file)
    if (!stat.isFile()) return 'it is not a regular file'
    if (stat.size > MAX_SIZE) return `it is larger than ${MAX_SIZE} bytes`
    return readFileSync(file)
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
    case 'ENOTDIR':
      return 'a part of its path is not a directory'
    case 'ELOOP':
      return 'its symbolic links go in a circle'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
