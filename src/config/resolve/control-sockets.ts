// Control sockets of the configuration: where each service's daemon takes commands.

import type { Sliced } from '../../in-slices.ts'
import { isMisspelt } from '../schema/suggestions.ts'
import { limitsOf, upstreamLimitRows } from '../limits.ts'
import type { PathRules } from './paths.ts'
import { placePath } from './paths.ts'
import { httpOnly, resolveHttpSocket } from './http-socket.ts'
import type { HttpSocketRules } from './http-socket.ts'
import { controlSocket, maxElements } from '../schema/schema.ts'
import type { Section } from '../parse/section.ts'
import { isSocketPathTooLong, maxSocketPath, socketIdentity } from './socket-address.ts'
import { isTolerated } from '../tolerance.ts'
import type { Tolerance } from '../tolerance.ts'
import type { ControlSocketConfig, UnixSocketConfig } from '../types.ts'
import { userContextOf } from '../parse/user-context.ts'

export interface ControlSocketRules extends HttpSocketRules {
  /** For the paths of UNIX sockets. */
  readonly paths: PathRules
  readonly tolerance: Tolerance
}

/** By service name, in the order written. */
export function* resolveControlSockets(
  agent: Section,
  rules: ControlSocketRules,
): Sliced<Map<string, ControlSocketConfig>> {
  const sockets = new Map<string, ControlSocketConfig>()
  const first = new Map<string, { readonly section: Section; readonly limits: string }>()
  for (const [service, section] of agent.section('control-sockets')?.entries() ?? []) {
    yield
    const socket = resolveControlSocket(section, rules)
    sockets.set(service, socket)
    const place = socketIdentity(socket)
    const limits = JSON.stringify(socket.limits)
    const before = first.get(place)
    if (before === undefined) first.set(place, { section, limits })
    else if (before.limits !== limits) refuseOtherLimits(section, before.section)
  }
  return sockets
}

function resolveControlSocket(section: Section, rules: ControlSocketRules): ControlSocketConfig {
  const type = section.string('socket-type')
  return type === 'http' || type === 'https'
    ? { ...resolveHttpSocket(section, type, rules), ...common(section) }
    : { ...resolveUnixSocket(section, rules), ...common(section) }
}

function common(section: Section): Pick<ControlSocketConfig, 'limits' | 'userContext'> {
  const limits = section.section('limits')
  return {
    limits: limitsOf(upstreamLimitRows, (keyword) => limits?.integer(keyword) ?? null),
    userContext: userContextOf(section),
  }
}

/** The limits protect the daemon, so all requests to one daemon share one queue. */
function refuseOtherLimits(section: Section, before: Section): void {
  section.error(
    section.has('limits') ? section.keySpot('limits') : section.start,
    `this is the control socket at ${before.position()} again, but with other limits`,
    'one daemon has one queue: write the same limits for both, or leave them out of both',
  )
}

function resolveUnixSocket(section: Section, rules: ControlSocketRules): Omit<UnixSocketConfig, 'limits' | 'userContext'> {
  for (const key of httpOnly) {
    if (!section.has(key)) continue
    const remedy =
      key === 'service'
        ? 'remove it; over a UNIX socket the daemon takes the service of each command as it is'
        : 'remove it, or write the socket-type of the daemon\'s listener: "http" or "https"'
    section.error(section.keySpot(key), `${key} does not go with a UNIX socket`, remedy)
  }
  const socketName = section.string('socket-name') ?? ''
  const keys = section.node.members.map(({ key }) => key)
  if (!section.has('socket-name') && !isMisspelt('socket-name', controlSocket, keys, maxElements)) {
    section.error(section.start, '"socket-name" is missing', 'it gives the path of the control socket of the daemon')
  }
  return { socketType: 'unix', socketName, path: socketName === '' ? '' : pathOf(section, socketName, rules) }
}

/** kea-ctrl-agent starts even with a path that is too long for the system, and serves the other services. */
function pathOf(section: Section, socketName: string, { paths, tolerance }: ControlSocketRules): string {
  const placed = placePath('control-socket', socketName, paths)
  if (!placed.ok) {
    section.error('socket-name', placed.text, placed.remedy)
    return socketName
  }
  const { path } = placed
  if (!isSocketPathTooLong(path)) return path
  const text = `the path of the socket has ${Buffer.byteLength(path)} bytes, but the system takes at most ${maxSocketPath}`
  const remedy = 'choose a shorter folder for the socket in the configuration of the daemon, and name it here'
  if (isTolerated(tolerance, path, paths.inUse)) {
    section.warning('KEAGATE_CONFIG_WARNING', 'socket-name', `${text}; commands for this service fail`, remedy)
  } else section.error('socket-name', text, remedy)
  return path
}
