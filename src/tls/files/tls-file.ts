// Reads a file that the TLS configuration names, or says in words why that is impossible and what would make it
// possible.

import { readlinkSync, statSync } from 'node:fs'
import path from 'node:path'
import { groupName, ownUser } from '../../account.ts'
import { readRegularFile } from '../../config/resolve/regular-file.ts'
import type { TlsDiagnostics, TlsKeyword } from './diagnostics.ts'
import { shellWord } from './diagnostics.ts'

/** Bytes. No certificate, chain or bundle of a whole operating system comes near this size. */
const MAX_SIZE = 4 * 1024 * 1024

export interface TlsFile {
  readonly bytes: Buffer
  /** Permission bits. */
  readonly mode: number
  /** User id. */
  readonly owner: number
}

/** A file that cannot be read. */
export interface UnreadableFile {
  /** The end of a sentence. */
  readonly reason: string
  /** The command that mends it, or else shows it. */
  readonly remedy: string
}

/** The content of a regular file, or null with a problem noted. */
export function readTlsFile(keyword: TlsKeyword, file: string, diagnostics: TlsDiagnostics): TlsFile | null {
  const content = tlsFile(file)
  if ('bytes' in content) return content
  diagnostics.problem(keyword, `${keyword} ${file} cannot be read: ${content.reason}`, content.remedy)
  return null
}

/** The content of a regular file, or why it cannot be read. */
export function tlsFile(file: string): TlsFile | UnreadableFile {
  try {
    const found = readRegularFile(file, MAX_SIZE)
    if (found.ok) return found
    const reason = found.fault === 'too-large' ? `it is larger than ${MAX_SIZE} bytes` : 'it is not a regular file'
    return { reason, remedy: `look at it with: ls -lL ${shellWord(file)}` }
  } catch (error) {
    return { reason: fileErrorText(error), remedy: fileRemedy(file, error) }
  }
}

/** @param error what the system says of the file */
function fileRemedy(file: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const word = shellWord(file)
  if (code === 'ENOENT') {
    return `put it there, or correct the name; see what is there with: ls -l ${shellWord(path.dirname(file))}`
  }
  if (code !== 'EACCES') return `look at it with: ls -l ${word}`
  const folder = closedFolder(file)
  if (folder === null && statSync(file).uid === process.geteuid?.()) return `let its owner read it with: chmod u+r ${word}`
  const gid = process.getegid?.()
  const group = gid === undefined ? 'GROUP' : groupName(gid)
  if (folder !== null) return `let the agent's user into the folder with: chmod ${ownClass(folder)}+x ${shellWord(folder)}`
  return `let the agent's group read it with: chgrp ${group} ${word} && chmod g+r ${word}`
}

/** Whose permission bits the system looks at for this process: the first class that it is in, and no other. */
function ownClass(folder: string): 'u' | 'g' | 'o' {
  const { uid, gid } = statSync(folder)
  if (uid === process.geteuid?.()) return 'u'
  return gid === process.getegid?.() || process.getgroups?.().includes(gid) === true ? 'g' : 'o'
}

/** How many links are followed in a row: as many as the system follows. */
const maxLinks = 40

/** The folder on the way to a file that this user may not pass; null: none, so the file's own mode is at fault. */
export function closedFolder(file: string, links = 0): string | null {
  const steps = path.resolve(file).split(path.sep)
  for (const [index] of steps.entries()) {
    const place = steps.slice(0, index + 1).join(path.sep) || path.sep
    try {
      statSync(place)
    } catch {
      const target = links < maxLinks ? linkTarget(place) : null
      return target === null ? path.dirname(place) : closedFolder(target, links + 1)
    }
  }
  return null
}

/** Where a link leads; null for a name that is no link or cannot be looked up. */
function linkTarget(place: string): string | null {
  try {
    return path.resolve(path.dirname(place), readlinkSync(place))
  } catch {
    return null
  }
}

/** What the system says of a file that cannot be used, in words. */
export function fileErrorText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ENOENT':
      return 'no such file or directory'
    case 'EACCES':
      return `permission denied for ${ownUser()}`
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
