// `keagate certs list`: shows what was issued, how long it is valid, and what is revoked.

import { escapeJson } from '../log/escape.ts'
import type { Color } from '../process/terminal-color.ts'
import { dateText, directoryOf, explained, noWords } from './command.ts'
import type { CertsCommand } from './command.ts'
import { readCrl } from './crl.ts'
import { readIssued } from './directory.ts'

type State = 'good' | 'replaced' | 'expired' | 'revoked'

const colors: Readonly<Record<State, Color>> = { good: 'green', replaced: 'yellow', expired: 'red', revoked: 'red' }

interface Row {
  readonly name: string
  readonly use: string
  readonly serial: string
  /** ISO 8601. */
  readonly expires: string
  /** ISO 8601, null where it is not revoked. */
  readonly revoked: string | null
  readonly state: State
}

export const listCommand: CertsCommand = {
  usage: `list [OPTION...]

Shows every certificate issued here with its name, use, serial number, last day and state: good, replaced by a newer one
(and still accepted), expired or revoked. Also shows when the revocation list expires.

  --json           for machines
  --dir DIR        the directory made by "keagate certs init" (the working directory)`,
  options: { dir: 'value', json: 'flag' },
  run: async (options, context) => {
    noWords(options)
    const directory = directoryOf(options)
    const { rows, nextUpdate } = await explained(directory, () => Promise.resolve(collect(directory, context.now)))
    if (options.flag('json')) {
      const list = { certificates: rows, crl: { nextUpdate: nextUpdate.toISOString() } }
      context.print(`${escapeJson(JSON.stringify(list, null, 2))}\n`)
      return
    }
    const heads = ['NAME', 'USE', 'SERIAL', 'EXPIRES']
    const cells = rows.map((row) => [row.name, row.use, row.serial, dateText(new Date(row.expires))])
    const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((line) => line[column]?.length ?? 0)))
    const begin = (line: readonly string[]): string => line.map((cell, column) => `${cell.padEnd(widths[column] ?? 0)}  `).join('')
    context.print(`${begin(heads)}STATE\n`)
    rows.forEach((row, index) => {
      context.print(begin(cells[index] ?? []))
      context.print(stateText(row), colors[row.state])
      context.print('\n')
    })
    const late = nextUpdate <= context.now ? ', which is past: run "keagate certs renew"' : ''
    context.print(`\ncrl.pem is good until ${dateText(nextUpdate)}${late}\n`)
  },
}

function collect(directory: string, now: Date): { rows: readonly Row[]; nextUpdate: Date } {
  const issued = readIssued(directory)
  const { revoked, nextUpdate } = readCrl(directory)
  const dates = new Map(revoked.map(({ serial, date }) => [serial, date.toISOString()]))
  const rows = issued.map(({ name, use, serial, certificate, current }): Row => {
    const expires = new Date(certificate.validTo)
    const date = dates.get(serial) ?? null
    const state = date !== null ? 'revoked' : expires <= now ? 'expired' : current ? 'good' : 'replaced'
    return { name, use, serial, expires: expires.toISOString(), revoked: date, state }
  })
  return { rows, nextUpdate }
}

function stateText({ state, revoked }: Row): string {
  return revoked === null ? state : `${state} ${dateText(new Date(revoked))}`
}
