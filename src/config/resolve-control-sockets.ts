// Control sockets of the configuration: where each service's daemon takes commands.

import { limitsOf, upstreamLimitRows } from './limits.ts'
import type { PathRules } from './paths.ts'
import { placePath } from './paths.ts'
import type { Section } from './section.ts'
import type { ControlSocketConfig } from './types.ts'
import { userContextOf } from './user-context.ts'

/** Bytes; Linux keeps 108 for the path of a UNIX socket, the last one a NUL. Longer ones kill Kea's agent. */
const LONGEST_PATH = 107

/** By service name, in the order written. */
export function resolveControlSockets(agent: Section, rules: PathRules): Map<string, ControlSocketConfig> {
  const sockets = new Map<string, ControlSocketConfig>()
  for (const [service, section] of agent.section('control-sockets')?.entries() ?? []) {
    const socketName = section.string('socket-name') ?? ''
    const limits = section.section('limits')
    sockets.set(service, {
      socketType: 'unix',
      socketName,
      path: socketName === '' ? '' : pathOf(section, socketName, rules),
      limits: limitsOf(upstreamLimitRows, (keyword) => limits?.integer(keyword) ?? null),
      userContext: userContextOf(section),
    })
  }
  return sockets
}

function pathOf(section: Section, socketName: string, rules: PathRules): string {
  const placed = placePath('control-socket', socketName, rules)
  if (!placed.ok) {
    section.error('socket-name', placed.text, placed.remedy)
    return socketName
  }
  const length = Buffer.byteLength(placed.path)
  if (length > LONGEST_PATH) {
    section.error(
      'socket-name',
      `the path of the socket has ${length} bytes, but the system takes at most ${LONGEST_PATH}`,
      'choose a shorter folder for the socket in the configuration of the daemon, and name it here',
    )
  }
  return placed.path
}
