// The command as it is sent, and the services that it is for.

import { clientUsage } from '../error.ts'

export interface CommandRequest {
  readonly command: string
  /** Empty: the agent itself, or the daemon behind a UNIX socket. */
  readonly services: readonly string[]
  /** The text of a JSON map; null: none are sent. */
  readonly arguments: string | null
}

/** Services of the daemons that every agent may have. */
export const usualServices: readonly string[] = ['dhcp4', 'dhcp6', 'd2']

/** The JSON map of a command, in the order that Kea's documentation has. */
export function commandText({ command, services, arguments: given }: CommandRequest): string {
  const members = [
    `"command": ${JSON.stringify(command)}`,
    ...(services.length === 0 ? [] : [`"service": [ ${services.map((service) => JSON.stringify(service)).join(', ')} ]`]),
    ...(given === null ? [] : [`"arguments": ${given}`]),
  ]
  return `{ ${members.join(', ')} }`
}

/** @param given each a name or several with commas between them; a name is sent once. */
export function readServices(given: readonly string[]): readonly string[] {
  const names = given.flatMap((word) => word.split(',')).map((name) => name.trim())
  if (names.includes('')) throw clientUsage('a service has no name', 'write -s dhcp4,dhcp6')
  return [...new Set(names)]
}

/** The service of the only daemon that has a command; null: several programs may have it. */
export function onlyService(programs: readonly string[] | null | undefined): string | null {
  const [program, more] = programs ?? []
  if (program === undefined || more !== undefined) return null
  return { 'kea-dhcp4': 'dhcp4', 'kea-dhcp6': 'dhcp6', 'kea-dhcp-ddns': 'd2' }[program] ?? null
}
