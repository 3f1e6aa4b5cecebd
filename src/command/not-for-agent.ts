// What a client is told whose command the agent does not run, because it needs a service or seems to be meant for one.

import { quoteName } from './answer.ts'

/** The words after the name are what clients look for. @param services those configured */
export function unsupportedText(command: string, services: readonly string[]): string {
  const example = services[0] ?? 'dhcp4'
  const known = services.length === 0 ? 'no service is configured' : `configured services: ${services.join(', ')}`
  return (
    `${quoteName(command)} command not supported by the agent itself; a command for a daemon needs "service", ` +
    `such as "service": [ "${example}" ] (${known})`
  )
}

/**
 * A path that names no service must not make a daemon's command one that changes the agent.
 * @param names the services and groups that are configured
 */
export function misdirectedText(command: string, names: readonly string[]): string {
  const known = names.length === 0 ? 'none is' : `configured: ${names.join(', ')}`
  return (
    `the path names no service that is configured (${known}), so ${quoteName(command)} was not run; ` +
    'name a service there or in "service", or send it to / where the agent itself is meant'
  )
}
