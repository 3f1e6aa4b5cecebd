// What a daemon says about itself in its answers to `version-get` and `status-get`. Any part of them may be missing or
// of any length.

/** One high-availability relationship of a daemon (libdhcp_ha). */
export interface HaRelationship {
  /** Such as `hot-standby` or `load-balancing`. */
  readonly mode: string
  /** The role of this server, such as `primary`. */
  readonly role: string
  /** The state of this server, such as `partner-down`. */
  readonly state: string
  /** Whether this server answers DHCP clients. */
  readonly active: boolean
}

export interface DaemonInfo {
  readonly version: string | null
  readonly pid: number | null
  /** Milliseconds since the epoch. */
  readonly startedAt: number | null
  readonly highAvailability: readonly HaRelationship[]
}

/** How many characters of a word are kept. */
const maxLength = 64

/** How many relationships are kept; a hub of Kea 2.6 and later has one for each of its branches. */
const maxRelationships = 8

/**
 * @param version the text of the answer to `version-get`, or null where there was none
 * @param status the text of the answer to `status-get`, or null
 * @param now milliseconds since the epoch
 */
export function readDaemonInfo(version: string | null, status: string | null, now: number): DaemonInfo | null {
  const [said, of] = [goodAnswer(version), member(goodAnswer(status), 'arguments')]
  if (said === null && of === null) return null
  const uptime = wholeNumber(member(of, 'uptime'))
  return {
    version: word(member(said, 'text')),
    pid: wholeNumber(member(of, 'pid')),
    startedAt: uptime === null ? null : now - uptime * 1000,
    highAvailability: relationships(member(of, 'high-availability')),
  }
}

/** @param found a list since Kea 1.7, one map before */
function relationships(found: unknown): HaRelationship[] {
  const list: readonly unknown[] = Array.isArray(found) ? found : [found]
  return list.slice(0, maxRelationships).flatMap((each) => {
    const local = member(member(each, 'ha-servers'), 'local')
    const state = word(member(local, 'state'))
    if (state === null) return []
    const scopes = member(local, 'scopes')
    const active = Array.isArray(scopes) && scopes.length > 0
    return [{ mode: word(member(each, 'ha-mode')) ?? '', role: word(member(local, 'role')) ?? '', state, active }]
  })
}

/** The map of an answer with result 0; null for anything else. */
function goodAnswer(text: string | null): unknown {
  if (text === null) return null
  try {
    const parsed: unknown = JSON.parse(text)
    const answer: unknown = Array.isArray(parsed) ? parsed[0] : parsed
    return member(answer, 'result') === 0 ? answer : null
  } catch {
    return null
  }
}

function member(map: unknown, name: string): unknown {
  if (typeof map !== 'object' || map === null || !Object.hasOwn(map, name)) return null
  return (map as Readonly<Record<string, unknown>>)[name]
}

function word(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, maxLength) : null
}

function wholeNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}
