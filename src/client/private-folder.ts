// Makes folders that no other user can enter.

import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

/**
 * Makes a folder and all missing folders above it, for the user alone. They are made one by one: the recursive call of
 * Node.js (seen on 20 to 26) tries forever in places such as /proc.
 * @throws Error of the system
 */
export function createPrivateFolder(folder: string): void {
  const missing: string[] = []
  for (let each = folder; !existsSync(each); each = path.dirname(each)) missing.push(each)
  for (const each of missing.reverse()) mkdirSync(each, { mode: 0o700 })
}
