// The commands that tell the version and state of a daemon. The texts say that it is a demonstration.

import type { Printable } from '../../../json/text/print.ts'
import { packageVersion } from '../../../version.ts'
import type { CommandTable } from './command-table.ts'

/** The version of Kea whose commands and answers the demonstration imitates. */
export const demoVersion = '3.0.0-demonstration'

export const demoNotice = 'a demonstration of keagate: this is not Kea, and all data are made up and in memory'

export interface ProcessStatus {
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly configuredAt: number
  /** Further members of `status-get`. */
  readonly more: Readonly<Record<string, Printable>>
}

/** @param name such as `kea-dhcp4` */
export function processCommands(name: string, status: () => ProcessStatus): CommandTable {
  const program = `${name} of ${demoNotice}`
  const seconds = (since: number): number => Math.floor((Date.now() - since) / 1000)
  return {
    'build-report': () => ({ result: 0, text: `${program}\nkeagate ${packageVersion()}` }),
    'status-get': () => {
      const { startedAt, configuredAt, more } = status()
      const times = { reload: seconds(configuredAt), uptime: seconds(startedAt) }
      return { result: 0, arguments: { ...more, pid: process.pid, ...times } }
    },
    'version-get': () => ({ result: 0, text: demoVersion, arguments: { extended: `${demoVersion}\n${program}` } }),
  }
}
