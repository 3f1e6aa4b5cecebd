// The path that stands for a service: clients made for a daemon's own listener send no `service`, only `POST /dhcp4`.

import type { PathTarget } from '../../command/path-target.ts'

const agent: PathTarget = { kind: 'agent' }

/**
 * The configured service that the target's path names: by its last segment, as a proxy may keep a prefix, or else by
 * its first one. Query, scheme and empty segments are ignored; a segment may be percent-encoded.
 * @param target the request target as sent, in any of its forms (RFC 9112 section 3.2)
 */
export function pathTarget(target: string, services: ReadonlySet<string>): PathTarget {
  if (target === '/') return agent
  const path = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?(\/[^?#]*)/i.exec(target)?.[1] ?? ''
  const segments = path.split('/').filter((segment) => segment !== '').map(decode)
  const name = [segments.at(-1), segments[0]].find((segment) => segment !== undefined && services.has(segment))
  if (name !== undefined) return { kind: 'service', name }
  return segments.length === 0 ? agent : { kind: 'unknown' }
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
