// `dhcp-disable` and `dhcp-enable`, and what `status-get` of a DHCP server shows of them.

import { NumberText } from '../../../json/text/print.ts'
import type { Printable } from '../../../json/text/print.ts'
import type { CommandTable } from './command-table.ts'
import type { Family } from '../address.ts'
import { CommandRefused } from '../answer.ts'
import type { Fields } from '../fields.ts'

const origins = ['user', 'ha-partner', 'ha-remote', 'ha-local', 'database']

export class DhcpService {
  readonly #family: Family
  #disabled = false
  #enableAgain: NodeJS.Timeout | undefined

  constructor(family: Family) {
    this.#family = family
  }

  commands(): CommandTable {
    const name = `DHCPv${this.#family} service`
    return {
      'dhcp-disable': (input) => {
        checkOrigin(input)
        const period = input.optionalInteger('max-period') ?? 0
        if (input.has('max-period') && (period === 0 || period > 86_400)) {
          throw new CommandRefused(`'max-period' has to be 1 to 86400 seconds`)
        }
        this.#set(true)
        if (period > 0) this.#enableAgain = setTimeout(() => this.#set(false), period * 1000).unref()
        return { result: 0, text: `${name} disabled${period > 0 ? ` for ${period} seconds` : ''}` }
      },
      'dhcp-enable': (input) => {
        checkOrigin(input)
        this.#set(false)
        return { result: 0, text: `${name} enabled` }
      },
    }
  }

  status(): Readonly<Record<string, Printable>> {
    const state = {
      'disabled-by-db-connection': [],
      'disabled-by-local-command': [],
      'disabled-by-remote-command': [],
      'disabled-by-user': this.#disabled,
      'globally-disabled': this.#disabled,
    }
    // No packet comes in, so no queue is ever filled.
    const idle = new NumberText('0.0')
    return {
      'dhcp-state': state,
      ...(this.#family === 6 ? { 'extended-info-tables': false } : {}),
      'multi-threading-enabled': true,
      'packet-queue-size': 64,
      'packet-queue-statistics': [idle, idle, idle],
      sockets: { status: 'ready' },
      'thread-pool-size': 4,
    }
  }

  #set(disabled: boolean): void {
    clearTimeout(this.#enableAgain)
    this.#disabled = disabled
  }
}

/** @throws CommandRefused */
function checkOrigin(input: Fields): void {
  const node = input.node('origin')
  // Kea 3 takes numbers too: the partners of high availability use them.
  if (node === undefined || node.kind === 'integer') return
  const origin = input.string('origin')
  if (!origins.includes(origin)) throw new CommandRefused(`'origin' has to be one of ${origins.join(', ')}`)
}
