// Writes the configuration in force back to disk: whole or not at all, where the folder permits that.

import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ownUser } from '../../account.ts'
import { describeError, KeagateError, systemText } from '../../errors.ts'
import { inSlices } from '../../in-slices.ts'
import type { Sliced } from '../../in-slices.ts'
import { memberOf } from '../../json/text/node.ts'
import { printPretty } from '../../json/text/print.ts'
import { sourceWork } from '../../json/text/source.ts'
import { treeWork } from '../../json/text/parser.ts'
import { isOutputOf } from '../files/outputs.ts'
import { printConfig } from './print.ts'
import type { AgentConfig } from '../types.ts'
import { DamagedFileError, mayBeWrittenInPlace, writeInPlace } from './write-in-place.ts'

export type WrittenConfig =
  | {
      readonly ok: true
      readonly filename: string
      /** Bytes. */
      readonly size: number
      /** Why the file was written in place, so that a kill could have left a part of it; absent: it was replaced. */
      readonly inPlace?: string
    }
  | { readonly ok: false; readonly text: string }

/**
 * Writes through a temporary file, fsync and rename, so that a full disk or a kill leaves the old file or the new one.
 * Where the folder refuses that, the file is written in place, as Kea does it.
 * The real secrets are written; the mode is the old file's, or 0640. One call at a time for one file.
 * @param startFile the file the process was started with; only files in its folder may be written
 * @param filename null: the start file; a bare name means the start file's folder
 */
export async function writeConfigFile(
  config: AgentConfig,
  startFile: string,
  filename: string | null,
): Promise<WrittenConfig> {
  const start = resolve(startFile)
  const target = filename === null || filename === '' ? start : resolve(dirname(start), filename)
  const fault = faultOfName(target, dirname(start)) ?? faultOfEnd(filename)
  if (fault !== null) return { ok: false, text: fault }
  try {
    // The start file itself may be a link, and then the file behind it is replaced. A name that came over the network
    // must not reach another folder by way of a link.
    const real = await realpath(target).catch(() => target)
    if (real !== target && target !== start) return { ok: false, text: `${target} is a link; name a file` }
    // This includes a log that is empty now, or not there yet.
    const isLog = target !== start && (await inSlices(isOutputOf(config, real)))
    if (isLog) return { ok: false, text: `${target} is a log of the agent; name another file` }
    const old = await stat(real).catch(absent)
    const other = target === start ? null : await faultOfOther(real, old)
    if (other !== null) return { ok: false, text: other }
    const text = Buffer.from(printPretty(printConfig(config, { secrets: 'shown' })), 'utf8')
    const inPlace = await writeFile(real, text, old)
    return { ok: true, filename: target, size: text.length, ...(inPlace === null ? {} : { inPlace }) }
  } catch (error) {
    return { ok: false, text: `cannot write ${target}: ${reasonOf(error)}` }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof KeagateError) return describeError(error)
  const state = error instanceof DamagedFileError ? 'write it again once there is room' : 'the file there is as it was'
  return `${systemText(error)}; ${state}`
}

/** @returns null where the file was replaced, else why it was written in place */
async function writeFile(path: string, text: Buffer, old: Stats | null): Promise<string | null> {
  try {
    await replaceFile(path, text, old)
    return null
  } catch (error) {
    if (!mayBeWrittenInPlace(error)) throw error
    const reason = faultOfFolder(dirname(path), error)
    if (old?.isFile() !== true) throw refused(reason, dirname(path), '', error)
    try {
      await writeInPlace(path, text)
      return reason
    } catch (second) {
      if (!mayBeWrittenInPlace(second)) throw second
      const both = `${reason}, and the file itself cannot be written: ${systemText(second)}`
      throw refused(both, dirname(path), path, second)
    }
  }
}

function faultOfFolder(folder: string, error: unknown): string {
  switch (codeOf(error)) {
    case 'EBUSY':
      return 'the file is mounted by itself and cannot be replaced'
    case 'EROFS':
      return `folder ${folder} is in a read-only file system`
    default:
      return `${ownUser()} may not replace files in folder ${folder}`
  }
}

/** @param file empty where there is none */
function refused(reason: string, folder: string, file: string, cause: unknown): KeagateError {
  const remedy = codeOf(cause) === 'EROFS' ? `mount ${folder} writable`
    : `let ${ownUser()} write in ${folder}${file === '' ? '' : `, or in the file; until then it is as it was`}`
  return new KeagateError('CONFIG_UNWRITABLE', reason, { remedy, cause })
}

function faultOfName(target: string, folder: string): string | null {
  if (dirname(target) !== folder) {
    return `the configuration can only be written beside the file the agent was started with, in ${folder}`
  }
  if (/[\u0000-\u001f\u007f]/.test(target)) return 'the name of the file must not hold a control character'
  return basename(target).startsWith('.') ? 'the name of the file must not begin with a dot' : null
}

/** A path that ends like that of a folder would lose its end when it is resolved, and then name another file. */
function faultOfEnd(filename: string | null): string | null {
  return filename !== null && /\/\.?$/.test(filename) ? 'the name of the file must not end with a slash' : null
}

/** Bytes. No configuration of the agent comes near this size. */
const maxConfigSize = 4 * 1024 * 1024

/**
 * Why an existing file must not be replaced: keys, passwords, logs, the PID file and the configurations of the daemons
 * may lie in the same folder, and none of them is a configuration of the agent.
 */
async function faultOfOther(file: string, old: Stats | null): Promise<string | null> {
  if (old === null || (old.isFile() && old.size === 0)) return null
  if (old.isFile() && old.size <= maxConfigSize && (await inSlices(holdsConfig(file)))) return null
  return `${file} is there and is no configuration of the agent; name another file, or remove that one`
}

function* holdsConfig(file: string): Sliced<boolean> {
  try {
    const { source } = yield* sourceWork(file)
    const { root } = yield* treeWork(source.text, { dialect: 'file' })
    return root?.kind === 'map' && memberOf(root, 'Control-agent') !== undefined
  } catch {
    // The file, or one that it includes, cannot be read.
    return false
  }
}

/** @param old the file to be replaced, whose mode and owner are kept; null where there is none */
async function replaceFile(path: string, text: Buffer, old: Stats | null): Promise<void> {
  const folder = dirname(path)
  // The same name each time: what a kill leaves behind is replaced by the next attempt.
  const mark = createHash('sha256').update(basename(path)).digest('hex').slice(0, 12)
  const temporary = join(folder, `.keagate-${mark}.tmp`)
  try {
    await rm(temporary, { force: true })
    await writeWhole(temporary, text, old)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
  // The rename itself should survive a power cut too. If the folder cannot be synced, the file is in place anyway.
  await syncFolder(folder).catch(() => undefined)
}

async function writeWhole(path: string, text: Buffer, old: Stats | null): Promise<void> {
  if (old?.isFile() === false) throw new Error('what stands there is no regular file')
  const file = await open(path, 'wx', 0o600)
  try {
    await file.chmod(old === null ? 0o640 : old.mode & 0o777)
    if (old !== null && process.getuid?.() === 0) await file.chown(old.uid, old.gid)
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function absent(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null
  throw error
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
