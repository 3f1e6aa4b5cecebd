// Rotates files in Kea's scheme: the newest rotated file is NAME.1, and the oldest one is renamed first.

import { rename, stat } from 'node:fs/promises'

/**
 * Moves NAME to NAME.1, NAME.1 to NAME.2 and so on up to NAME.`versions`, which is replaced. A gap in the numbers ends
 * the moving, so that many versions cost nothing while few exist.
 * @throws the system's error; files moved by then stay moved, and no line is lost
 */
export async function rotateFiles(path: string, versions: number): Promise<void> {
  let last = 1
  while (last < versions && (await exists(`${path}.${last}`))) last++
  for (let version = last; version > 1; version--) await rename(`${path}.${version - 1}`, `${path}.${version}`)
  await rename(path, `${path}.1`)
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
