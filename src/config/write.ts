// Writes the configuration in force back to disk: whole or not at all.

import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { randomBytes } from 'node:crypto'
import { printPretty } from '../json/print.ts'
import { printConfig } from './print.ts'
import type { AgentConfig } from './types.ts'

export type WrittenConfig =
  | { readonly ok: true; readonly filename: string; readonly size: number }
  | { readonly ok: false; readonly text: string }

/**
 * Writes through a temporary file, fsync and rename, so that a full disk or a kill leaves the old file or the new one.
 * The real secrets are written; the mode is the old file's, or 0640.
 * @param startFile the file the process was started with; only files in its folder may be written
 * @param filename null: the start file; a bare name means the start file's folder
 */
export function writeConfigFile(config: AgentConfig, startFile: string, filename: string | null): WrittenConfig {
  const folder = dirname(resolve(startFile))
  const target = filename === null || filename === '' ? resolve(startFile) : resolve(folder, filename)
  if (dirname(target) !== folder) {
    return refusal(`the configuration can only be written beside the file the agent was started with, in ${folder}`)
  }
  if (/[\u0000-\u001f\u007f]/.test(target)) return refusal('the name of the file must not hold a control character')
  if (basename(target).startsWith('.')) return refusal('the name of the file must not begin with a dot')
  // The start file itself may be a link, and then the file behind it is replaced. A name that came over the network
  // must not reach another folder by way of a link.
  const real = resolveLink(target)
  if (real !== target && target !== resolve(startFile)) return refusal(`${target} is a link; name a file`)
  const text = Buffer.from(printPretty(printConfig(config, { secrets: 'shown' })), 'utf8')
  const temporary = join(dirname(real), `.keagate-${randomBytes(6).toString('hex')}.tmp`)
  try {
    writeWhole(temporary, text, real)
    renameSync(temporary, real)
    syncFolder(dirname(real))
  } catch (error) {
    rmSync(temporary, { force: true })
    const reason = error instanceof Error ? error.message : String(error)
    return refusal(`cannot write ${target}: ${reason}; the file there is as it was`)
  }
  return { ok: true, filename: target, size: text.length }
}

function refusal(text: string): WrittenConfig {
  return { ok: false, text }
}

function resolveLink(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** @param old the file to be replaced, whose mode and owner are kept where it exists */
function writeWhole(path: string, text: Buffer, old: string): void {
  const before = statSync(old, { throwIfNoEntry: false })
  // The folder may be that of the control sockets too.
  if (before?.isFile() === false) throw new Error('what stands there is no regular file')
  const fd = openSync(path, 'wx', 0o600)
  try {
    fchmodSync(fd, before === undefined ? 0o640 : before.mode & 0o777)
    if (before !== undefined && process.getuid?.() === 0) fchownSync(fd, before.uid, before.gid)
    for (let offset = 0; offset < text.length; ) offset += writeSync(fd, text, offset)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** The rename itself must survive a power cut too. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
