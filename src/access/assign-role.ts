// Which role a caller has: the property that `assign-role-method` selects is the name of the role.

import type { AssignRoleMethod } from '../config/access/types.ts'
import { readAddress } from '../net/network.ts'
import { commonName, isWholeName, lacksCommonName, nameKey } from '../x509/name-text.ts'
import { visibleText } from '../x509/visible-text.ts'
import type { Policy, Role } from './policy.ts'

/** The facts about a caller that roles are assigned by. */
export interface RoleFacts {
  readonly remoteAddress: string
  readonly tls: { readonly subject: string; readonly issuer: string } | null
  readonly user: string | null
}

export interface Assignment {
  readonly role: Role
  /** The address, name or user that the method took from the caller; null where there is none. */
  readonly identity: string | null
  /** Why this role, in words. */
  readonly reason: string
}

export function assignRole(policy: Policy, caller: RoleFacts): Assignment {
  const method = policy.config.assignRoleMethod
  const { identity, role } = find(policy, method, caller)
  // A name in a certificate may hold characters that are invisible or look like others.
  const shown = method.startsWith('cert-') ? visibleText(identity ?? '') : (identity ?? '')
  if (role !== null) return { role, identity, reason: `${sources[method]} ${shown}` }
  if (identity === null || identity === '') {
    return { role: policy.defaultRole, identity: null, reason: `no ${sources[method]} to take a role from` }
  }
  return { role: policy.unknownRole, identity, reason: `no role is named as the ${sources[method]} ${shown}` }
}

const sources: Readonly<Record<AssignRoleMethod, string>> = {
  'remote-address': 'address',
  'cert-subject': 'subject of the certificate',
  'cert-issuer': 'issuer of the certificate',
  'basic-authentication': 'user',
}

function find(
  policy: Policy,
  method: AssignRoleMethod,
  caller: RoleFacts,
): { identity: string | null; role: Role | null } {
  const identity = shownBy(caller, method)
  switch (method) {
    case 'remote-address':
      return { identity, role: byAddress(policy, caller.remoteAddress) }
    case 'cert-subject':
    case 'cert-issuer':
      return byName(policy, identity)
    case 'basic-authentication':
      return { identity, role: identity === null ? null : (policy.roles.get(identity) ?? null) }
  }
}

/** The only property of a caller that a method looks at: callers with the same value get the same role. */
export function shownBy({ remoteAddress, tls, user }: RoleFacts, method: AssignRoleMethod): string | null {
  switch (method) {
    case 'remote-address':
      return remoteAddress
    case 'cert-subject':
      return tls?.subject ?? null
    case 'cert-issuer':
      return tls?.issuer ?? null
    case 'basic-authentication':
      return user
  }
}

function byAddress(policy: Policy, remoteAddress: string): Role | null {
  const address = readAddress(remoteAddress)
  if (address === null) return null
  return policy.networks.find(address)
}

/**
 * A role that is named by the whole name goes first; otherwise the common name counts, as in Kea. A name with several
 * common names, or with one beside other attributes in a relative name, gets a role only by its whole name.
 */
function byName(policy: Policy, name: string | null): { identity: string | null; role: Role | null } {
  if (name === null) return { identity: null, role: null }
  const key = policy.distinguished.size === 0 ? null : nameKey(name)
  const whole = key === null ? undefined : policy.distinguished.get(key)
  if (whole !== undefined) return { identity: name, role: whole }
  const common = commonName(name)
  if (common === null) return { identity: lacksCommonName(name) ? null : name, role: null }
  // A common name that looks like a whole name must not pass for one.
  return { identity: common, role: isWholeName(common) ? null : (policy.roles.get(common) ?? null) }
}
