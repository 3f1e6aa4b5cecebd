// The lines typed before, in `$XDG_STATE_HOME/keagate/history`.

import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createPrivateFolder } from '../private-folder.ts'

/** How many lines are kept. */
export const maxLines = 1000

/** Bytes. No longer file is written, and none is read. */
const maxSize = 1024 * 1024

/** The path of the file (XDG Base Directory Specification 0.8). */
export function historyPath(env: NodeJS.ProcessEnv): string {
  const given = env['XDG_STATE_HOME'] ?? ''
  const base = path.isAbsolute(given) ? given : path.join(env['HOME'] ?? os.homedir(), '.local', 'state')
  return path.join(base, 'keagate', 'history')
}

/** The newest line first, as `readline` expects. Empty if there is no file, or it cannot be read. */
export function readHistory(env: NodeJS.ProcessEnv): string[] {
  try {
    const text = readFileSync(historyPath(env))
    if (text.length > maxSize) return []
    return text.toString('utf8').split('\n').filter((line) => line !== '').slice(-maxLines).reverse()
  } catch {
    return []
  }
}

/** Writes the lines, without those that may hold a secret. An error of writing is ignored. */
export function writeHistory(env: NodeJS.ProcessEnv, lines: readonly string[]): void {
  const open = lines.filter((line) => line.trim() !== '' && !/password|secret/i.test(line)).slice(0, maxLines)
  let size = 0
  const kept = open.filter((line) => (size += Buffer.byteLength(line) + 1) <= maxSize)
  try {
    createPrivateFolder(path.dirname(historyPath(env)))
    writeFileSync(historyPath(env), kept.toReversed().map((line) => `${line}\n`).join(''), { mode: 0o600 })
  } catch {
    // The shell works without a history, too.
  }
}
