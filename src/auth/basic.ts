// HTTP basic authentication: an `Authorization` header in, a user or a refusal out. Knows nothing of HTTP replies.

import type { AuthenticationConfig } from '../config/types.ts'
import { credentialList } from './password.ts'

export type AuthOutcome =
  | { readonly ok: true; readonly user: string }
  | {
      readonly ok: false
      readonly reason: 'no-header' | 'bad-header' | 'wrong'
      /** What is wrong with the header, for the log; holds nothing that was sent. */
      readonly detail: string
    }

export interface Authenticator {
  readonly realm: string
  /** @param header the value of `Authorization`, as Latin-1 text; undefined where there was none */
  authenticate(header: string | undefined): AuthOutcome
}

/** null where no client is configured: then nobody is asked, as in Kea. */
export function createAuthenticator(config: AuthenticationConfig): Authenticator | null {
  if (config.clients.length === 0) return null
  const known = credentialList(config.clients)
  return {
    realm: config.realm,
    authenticate: (header) => {
      if (header === undefined) return refused('no-header', 'no Authorization header')
      const credentials = readBasic(header)
      if (typeof credentials === 'string') return refused('bad-header', credentials)
      const user = known.find(credentials)
      return user === null ? refused('wrong', 'no configured client has this user and password') : { ok: true, user }
    },
  }
}

/**
 * The bytes of `user:password` (RFC 7617), or what is wrong. As in Kea, the scheme may be written in any case, any
 * number of blanks, even none, may follow it, and blanks around the value are skipped; a tab is not a blank.
 */
function readBasic(header: string): Uint8Array | string {
  // Without a pattern, whose time would grow with the square of the blanks that a stranger sends.
  const value = withoutBlanks(header)
  const base64 = withoutBlanks(value.slice('basic'.length))
  if (!/^basic/i.test(value) || base64.includes(' ')) return 'not of the form "Basic CREDENTIALS"'
  const bytes = Buffer.from(base64, 'base64')
  // Node skips what it cannot decode, so only text that comes back as it was is what its sender meant.
  if (bytes.length === 0 || bytes.toString('base64') !== base64) return 'credentials that are not padded base64'
  return bytes.includes(0x3a) ? bytes : 'credentials without a colon between user and password'
}

/** Without the blanks at both ends. */
function withoutBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (text.charAt(start) === ' ') start++
  while (end > start && text.charAt(end - 1) === ' ') end--
  return text.slice(start, end)
}

function refused(reason: 'no-header' | 'bad-header' | 'wrong', detail: string): AuthOutcome {
  return { ok: false, reason, detail }
}
