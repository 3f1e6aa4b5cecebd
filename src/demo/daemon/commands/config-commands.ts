// `config-get`, `config-set` and their relatives, for any daemon.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { systemText } from '../../../errors.ts'
import { parseJson } from '../../../json/text/parser.ts'
import { printPretty } from '../../../json/text/print.ts'
import { CommandRefused } from '../answer.ts'
import type { CommandTable } from './command-table.ts'
import { configHash } from '../dhcp-config.ts'
import { Fields } from '../fields.ts'
import type { Shown } from '../print-config.ts'

/** The part of a daemon that these commands read and change. */
export interface Configurable {
  /** The name of the configuration's map, such as `Dhcp4`. */
  readonly member: string
  /** Where `config-write` writes, and what `config-reload` reads once that has been. */
  readonly file: string
  /** As `config-get` shows it. */
  shown(): Shown
  /**
   * Checks a configuration.
   * @returns a function that puts it in force
   * @throws CommandRefused
   */
  prepare(given: Fields): () => void
  /** Puts the configuration of the start in force again. */
  reload(): void
}

/** @param changed called after each change that came into force */
export function configCommands(daemon: Configurable, changed: () => void): CommandTable {
  const prepare = (input: Fields): (() => void) => {
    const { member } = daemon
    const [other] = input.names.filter((name) => name !== member)
    if (other !== undefined) throw new CommandRefused(`unsupported parameter '${other}'`)
    return daemon.prepare(Fields.of(input.node(member), `'${member}'`))
  }
  const hash = (): { readonly hash: string } => ({ hash: configHash(daemon.shown()) })
  return {
    'config-get': () => ({ result: 0, arguments: { [daemon.member]: daemon.shown(), ...hash() } }),
    'config-hash-get': () => ({ result: 0, arguments: hash() }),
    'config-test': (input) => {
      prepare(input)
      return { result: 0, text: 'the configuration is usable; it was not put in force' }
    },
    'config-set': (input) => {
      prepare(input)()
      changed()
      return { result: 0, text: 'the configuration is in force', arguments: hash() }
    },
    'config-write': (input) => {
      const filename = ownFile(daemon.file, input.optionalString('filename'))
      const text = `${printPretty({ [daemon.member]: daemon.shown() })}\n`
      write(filename, text)
      return { result: 0, text: `the configuration is written to ${filename}`, arguments: { filename, size: Buffer.byteLength(text) } }
    },
    'config-reload': () => {
      const written = readWritten(daemon.file)
      if (written === null) daemon.reload()
      else prepare(written)()
      changed()
      return { result: 0, text: `the configuration of the ${written === null ? 'start' : 'file'} is in force again`, arguments: hash() }
    },
  }
}

/** As Kea 3.0 and later, it writes nowhere but into the folder of its configuration. */
function ownFile(file: string, given: string | null): string {
  const folder = path.dirname(file)
  const filename = path.resolve(folder, given ?? file)
  if (path.dirname(filename) === folder && filename.endsWith('.conf')) return filename
  throw new CommandRefused(`the demonstration writes only ${folder}/NAME.conf`)
}

function write(filename: string, text: string): void {
  try {
    writeFileSync(filename, text, { mode: 0o600 })
  } catch (error) {
    throw new CommandRefused(`${filename} cannot be written: ${systemText(error)}`)
  }
}

/** Null: nothing has been written. */
function readWritten(file: string): Fields | null {
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return null
  }
  const { root } = parseJson(text, { dialect: 'file' })
  return Fields.of(root ?? undefined, file)
}
