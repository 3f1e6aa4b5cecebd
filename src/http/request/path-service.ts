// The path that stands for a service: clients made for a daemon's own listener send no `service`, only `POST /dhcp4`.

/**
 * The configured service that the first segment of the target's path names, or null. Query and scheme are ignored;
 * a segment may be percent-encoded.
 * @param target the request target as sent, in any of its forms (RFC 9112 section 3.2)
 */
export function pathService(target: string, services: ReadonlySet<string>): string | null {
  if (target === '/') return null
  const segment = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?\/([^/?#]+)/i.exec(target)?.[1]
  if (segment === undefined) return null
  const name = segment.includes('%') ? decode(segment) : segment
  return services.has(name) ? name : null
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
