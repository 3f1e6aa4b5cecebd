// Reads a file that a configuration names, without trusting the name: it never waits for something that is no regular
// file, and never reads more than the caller expects.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

export type RegularFile =
  | { readonly ok: true; readonly bytes: Buffer; /** Permission bits. */ readonly mode: number; readonly owner: number }
  | { readonly ok: false; readonly fault: 'not-regular' | 'too-large' }

export interface FileFault {
  readonly reason: string
  readonly remedy: string | null
}

/**
 * Reads a file up to a largest size. Does not rely on the size that the system tells: for files of the kernel it is 0,
 * and they may never end.
 * @param largest bytes
 * @throws the system's error when it cannot be opened or read
 */
export function readRegularFile(path: string, largest: number): RegularFile {
  // Not blocking: opening a pipe must not hang the agent.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = fstatSync(fd)
    if (!found.isFile()) return { ok: false, fault: 'not-regular' }
    if (found.size > largest) return { ok: false, fault: 'too-large' }
    const bytes = readUpTo(fd, largest + 1, found.size + 1)
    return bytes.length > largest ? { ok: false, fault: 'too-large' } : { ok: true, bytes, mode: found.mode & 0o777, owner: found.uid }
  } finally {
    closeSync(fd)
  }
}

/**
 * Whether a file could be read, without reading it.
 * @param largest bytes
 * @throws the system's error when it cannot be opened
 */
export function checkRegularFile(path: string, largest: number): 'not-regular' | 'too-large' | null {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const found = fstatSync(fd)
    return found.isFile() ? (found.size > largest ? 'too-large' : null) : 'not-regular'
  } finally {
    closeSync(fd)
  }
}

/** @param expected bytes that are probably enough, to begin with */
function readUpTo(fd: number, most: number, expected: number): Buffer {
  let bytes = Buffer.allocUnsafe(Math.min(Math.max(expected, 4096), most))
  let length = 0
  for (;;) {
    const count = readSync(fd, bytes, length, bytes.length - length, null)
    length += count
    if (count === 0 || length === most) return bytes.subarray(0, length)
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(2 * length, most))
  }
}

/** Why the system did not let a file be read, in words. */
export function faultOf(error: unknown): FileFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'ENOENT':
      return { reason: 'it does not exist', remedy: 'create it, or correct the name' }
    case 'EACCES':
      return { reason: 'the agent may not read it', remedy: 'give its group read permission' }
    case 'ENXIO':
      return { reason: 'it is not a regular file', remedy: 'name a regular file' }
    default:
      return { reason: `it cannot be read (${code})`, remedy: null }
  }
}
