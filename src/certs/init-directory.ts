// Puts a whole new set of files into a directory: all of it, however often that is interrupted.

import { existsSync, lstatSync, readdirSync, readlinkSync, renameSync, rmdirSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { CA } from './directory.ts'
import { createFolder, scratchName, syncFolder } from './durable-file.ts'

/** A set that is complete and on its way into the directory above it. */
const READY = '.init'

/** Makes the new set out of sight. @param make fills the folder it is given, also with a folder `issued` */
export async function prepareInit(directory: string, make: (folder: string) => Promise<void>): Promise<void> {
  const scratch = path.join(directory, scratchName())
  createFolder(scratch)
  await make(scratch)
  syncFolder(scratch)
  renameSync(scratch, path.join(directory, READY))
  syncFolder(directory)
}

/**
 * Moves a prepared set into place and what is in its way aside. After an interruption the next call goes on where the
 * one before stopped; without a prepared set it does nothing.
 * @returns the folder that now holds what was there before, null if nothing was in the way
 */
export function finishInit(directory: string, now: Date): string | null {
  const ready = path.join(directory, READY)
  if (!existsSync(ready)) return null
  const entries = new Set(readdirSync(ready))
  // `issued` is the first to move: while it is here, nothing is in place yet. The authority is the last: without it
  // nothing in the directory counts.
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

/** What stands where the entries are to stand; and the names of an authority before, all or none. */
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
