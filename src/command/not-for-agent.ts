// The answers to commands that the agent does not run itself, because they need a service or seem to be meant for one.

import { quoteName } from './answer.ts'

/** Clients look for the words after the name. @param services the configured ones */
export function unsupportedText(command: string, services: readonly string[]): string {
  const example = services[0] ?? 'dhcp4'
  const known = services.length === 0 ? 'no service is configured' : `configured services: ${services.join(', ')}`
  return (
    `${quoteName(command)} command not supported by the agent itself; a command for a daemon needs "service", ` +
    `such as "service": [ "${example}" ] (${known})`
  )
}

/**
 * For a command that would change the agent but may be meant for a daemon: its path names no configured service.
 * @param names the services and groups that are configured
 */
export function misdirectedText(command: string, names: readonly string[]): string {
  const known = names.length === 0 ? 'none is' : `configured: ${names.join(', ')}`
  return (
    `the path names no service that is configured (${known}), so ${quoteName(command)} was not run; ` +
    'name a service there or in "service", or send it to / where the agent itself is meant'
  )
}
