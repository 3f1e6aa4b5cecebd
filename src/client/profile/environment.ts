// A profile given by environment variables: `KEAGATE_URL`, `KEAGATE_CA` and so on.

import { clientUsage } from '../error.ts'
import { readServices } from '../request/command-text.ts'
import { profileTexts, readTimeout } from './profile.ts'
import type { Profile } from './profile.ts'

export interface EnvironmentProfile {
  readonly profile: Profile
  /** A configuration of keagate or kea-ctrl-agent on this host. */
  readonly config: string | null
  /** The name of a profile in the file with the profiles. */
  readonly name: string | null
  readonly password: string | null
}

/** Every variable that is read, for help and completion. */
export const variables: readonly string[] = [
  ...profileTexts.map(variable), 'KEAGATE_SERVICE', 'KEAGATE_TIMEOUT', 'KEAGATE_CONFIG', 'KEAGATE_PROFILE', 'KEAGATE_PASSWORD',
]

/** Empty variables count as not set. @throws {KeagateError} CLIENT_USAGE */
export function readEnvironment(env: NodeJS.ProcessEnv): EnvironmentProfile {
  const get = (name: string): string | null => env[name] || null
  const texts = profileTexts.flatMap((key) => {
    const value = get(variable(key))
    return value === null ? [] : [[key, value] as const]
  })
  const [service, timeout] = [get('KEAGATE_SERVICE'), get('KEAGATE_TIMEOUT')]
  const profile: Profile = {
    ...Object.fromEntries(texts),
    ...(service === null ? {} : { service: readServices([service]) }),
    ...(timeout === null ? {} : { timeout: readTimeout(timeout) }),
  }
  const config = get('KEAGATE_CONFIG')
  if ([profile.url, profile.socket, config ?? undefined].filter((place) => place !== undefined).length > 1) {
    throw clientUsage('KEAGATE_URL, KEAGATE_SOCKET and KEAGATE_CONFIG are set together', 'set one of them')
  }
  return { profile, config, name: get('KEAGATE_PROFILE'), password: get('KEAGATE_PASSWORD') }
}

function variable(key: string): string {
  return `KEAGATE_${key.toUpperCase().replaceAll('-', '_')}`
}
