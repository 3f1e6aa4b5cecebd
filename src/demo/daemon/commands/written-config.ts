// The file that `config-write` writes, in the folder of the demonstration, which is removed at its end.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { systemText } from '../../../errors.ts'
import { parseJson } from '../../../json/text/parser.ts'
import { CommandRefused } from '../answer.ts'
import { Fields } from '../fields.ts'

/**
 * As Kea 3.0 and later, it writes nowhere but into the folder of its configuration.
 * @param file where it writes if no other name is given
 * @returns the file that was written
 * @throws CommandRefused
 */
export function writeConfig(file: string, given: string | null, text: string): string {
  const folder = path.dirname(file)
  const filename = path.resolve(folder, given ?? file)
  if (path.dirname(filename) !== folder || !filename.endsWith('.conf')) {
    throw new CommandRefused(`the demonstration writes only ${folder}/NAME.conf`)
  }
  try {
    writeFileSync(filename, text, { mode: 0o600 })
  } catch (error) {
    throw new CommandRefused(`${filename} cannot be written: ${systemText(error)}`)
  }
  return filename
}

/** Null: nothing has been written. */
export function readWrittenConfig(file: string): Fields | null {
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return null
  }
  const { root } = parseJson(text, { dialect: 'file' })
  return Fields.of(root ?? undefined, file)
}
