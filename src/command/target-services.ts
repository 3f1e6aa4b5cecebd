// The services that a command goes to: those of the body, else the one of the path, with groups replaced by members.

import type { ServiceGroups } from '../config/service-groups.ts'
import type { PathTarget } from './path-target.ts'

export interface TargetServices {
  /** Empty: the agent itself. */
  readonly services: readonly string[]
  /** Whether a group was among the names, so that the client may not know all services that answer. */
  readonly grouped: boolean
}

/** @param named `service` of the body; empty also where the body has none */
export function targetServices(named: readonly string[], path: PathTarget, groups: ServiceGroups): TargetServices {
  const names = named.length === 0 && path.kind === 'service' ? [path.name] : named
  return { services: groups.expand(names), grouped: groups.anyIn(names) }
}
