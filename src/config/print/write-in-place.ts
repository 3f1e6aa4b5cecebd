// Writes a file where only the file itself can be written: one that is mounted by itself, or lies in another user's
// folder. A kill or a power cut at that very moment may leave a part of it, so this is the second choice.

import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

/** Codes of a failed rename or a refused temporary file that say nothing about writing the file itself. */
const ofFolder: ReadonlySet<string> = new Set(['EBUSY', 'EACCES', 'EPERM', 'EROFS', 'EXDEV'])

/** Whether a file that could not be replaced may still be writable in place. */
export function mayBeWrittenInPlace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && ofFolder.has(error.code)
}

/** The write failed, and what was there before could not be put back. */
export class DamagedFileError extends Error {}

/**
 * One write and a flush; the file keeps its owner and mode.
 * @param text JSON, after which blanks mean nothing
 * @throws the system's error, after which the file is as it was; DamagedFileError where it is not
 */
export async function writeInPlace(path: string, text: Buffer): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const before = await file.readFile()
    try {
      await overwrite(file, text, before.length)
    } catch (error) {
      await putBack(file, before, error)
      throw error
    }
  } finally {
    await file.close()
  }
}

/** Blanks cover the rest of a longer old text, so that the one write leaves whole JSON; only then they are cut off. */
async function overwrite(file: FileHandle, text: Buffer, size: number): Promise<void> {
  const bytes = Buffer.concat([text, Buffer.alloc(Math.max(0, size - text.length), ' ')])
  const { bytesWritten } = await file.write(bytes, 0, bytes.length, 0)
  if (bytesWritten < bytes.length) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  await file.sync()
  await file.truncate(text.length)
  await file.sync()
}

async function putBack(file: FileHandle, before: Buffer, cause: unknown): Promise<void> {
  try {
    await overwrite(file, before, 0)
  } catch {
    throw new DamagedFileError('it was written in part', { cause })
  }
}
