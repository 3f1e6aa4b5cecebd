// Puts a new set of files into a directory. A move that was interrupted is completed by the next command.

import { existsSync, lstatSync, readdirSync, readlinkSync, renameSync, rmdirSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { CA } from './directory.ts'
import { createFolder, scratchName, syncFolder } from './durable-file.ts'

/** The folder in which a complete set waits until it is moved into the directory above. */
const READY = '.init'

/** Makes the new set in a folder of its own. @param make fills that folder; a folder `issued` has to be in it */
export async function prepareInit(directory: string, make: (folder: string) => Promise<void>): Promise<void> {
  const scratch = path.join(directory, scratchName())
  createFolder(scratch)
  await make(scratch)
  syncFolder(scratch)
  renameSync(scratch, path.join(directory, READY))
  syncFolder(directory)
}

/**
 * Moves a prepared set into place, and what is in its way into a folder of its own. After an interruption the next call
 * continues where the last one stopped. Without a prepared set it does nothing.
 * @returns the folder that now holds what was there before; null if nothing was in the way
 */
export function finishInit(directory: string, now: Date): string | null {
  const ready = path.join(directory, READY)
  if (!existsSync(ready)) return null
  const entries = new Set(readdirSync(ready))
  // `issued` moves first: while it is still in the set, nothing is in place yet. The authority moves last: a directory
  // without an authority is not used.
  const aside = entries.has('issued') ? moveAside(directory, entries, now) : null
  const place = (entry: string): void => renameSync(path.join(ready, entry), path.join(directory, entry))
  if (entries.delete('issued')) place('issued')
  const last = entries.delete(CA)
  entries.forEach(place)
  if (last) place(CA)
  rmdirSync(ready)
  syncFolder(directory)
  return aside
}

/** What the entries would replace, and the names of all certificates of an earlier authority. */
export function inTheWay(directory: string, entries: ReadonlySet<string>): readonly string[] {
  return readdirSync(directory).filter((entry) => entries.has(entry) || leadsToIssued(path.join(directory, entry)))
}

function moveAside(directory: string, entries: ReadonlySet<string>, now: Date): string | null {
  const found = inTheWay(directory, entries)
  if (found.length === 0) return null
  const time = now.toISOString().replace(/[-:]|\..*/g, '')
  const aside = path.join(directory, `old-${time}-${randomBytes(2).toString('hex')}`)
  createFolder(aside)
  for (const entry of found) renameSync(path.join(directory, entry), path.join(aside, entry))
  return aside
}

function leadsToIssued(file: string): boolean {
  return lstatSync(file).isSymbolicLink() && readlinkSync(file).startsWith('issued/')
}
