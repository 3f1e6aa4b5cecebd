// `config-get`, `config-set` and their relatives, for any daemon.

import { printPretty } from '../../../json/text/print.ts'
import { CommandRefused } from '../answer.ts'
import type { CommandTable } from './command-table.ts'
import { configHash } from '../dhcp-config.ts'
import { Fields } from '../fields.ts'
import type { Shown } from '../print-config.ts'
import { readWrittenConfig, writeConfig } from './written-config.ts'

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
      const text = `${printPretty({ [daemon.member]: daemon.shown() })}\n`
      const filename = writeConfig(daemon.file, input.optionalString('filename'), text)
      return { result: 0, text: `the configuration is written to ${filename}`, arguments: { filename, size: Buffer.byteLength(text) } }
    },
    'config-reload': () => {
      const written = readWrittenConfig(daemon.file)
      if (written === null) daemon.reload()
      else prepare(written)()
      changed()
      return { result: 0, text: `the configuration of the ${written === null ? 'start' : 'file'} is in force again`, arguments: hash() }
    },
  }
}
