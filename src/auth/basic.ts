// HTTP basic authentication: an `Authorization` header in, a user or a refusal out. Knows nothing of HTTP replies.

import type { AuthenticationConfig } from '../config/types.ts'
import type { PeerCertificate } from '../x509/certificate-info.ts'
import type { CertificateBinding } from './certificate-binding.ts'
import { isBoundTo, bindingMismatch } from './certificate-binding.ts'
import { HashedPasswords } from './hashed-passwords.ts'
import { claimedName } from './claimed-name.ts'
import type { Lock, LockOut, LoginSource } from './lock-out.ts'
import { credentialList, sameText } from './password.ts'

export type AuthOutcome =
  | { readonly ok: true; readonly user: string }
  | {
      readonly ok: false
      readonly reason: 'no-header' | 'bad-header'
      /** What is wrong with the header, for the log; holds nothing that was sent. */
      readonly detail: string
    }
  | {
      readonly ok: false
      /**
       * `busy`: so many passwords are being checked that this one was not. `wrong-certificate`: user and password are
       * right, but the user is bound to another certificate; the caller is not told.
       */
      readonly reason: 'wrong' | 'busy' | 'wrong-certificate'
      /** The name that was claimed, for log and audit. */
      readonly attemptedUser: string
      readonly detail: string
    }
  | {
      readonly ok: false
      /** Too many failures of this name from this address, or of all names from it together. */
      readonly reason: 'locked-out'
      readonly attemptedUser: string
      readonly scope: Lock['scope']
      /** Milliseconds until the next password may be compared. */
      readonly wait: number
      /** Attempts refused since the last report, when it is time for one; else 0. */
      readonly report: number
    }

/**
 * What a connection keeps of the latest header that was right. The next header is usually the same, and then need not
 * be decoded and hashed again. Belongs to one connection, so to one certificate.
 */
export interface AuthCache {
  accepted: {
    /** The authenticator that found the header right; that of another configuration has to check it itself. */
    readonly by: object
    readonly header: string
    /** Where the header came from. Behind a proxy, requests of one connection may come from several addresses. */
    readonly address: string
    readonly source: LoginSource
    readonly outcome: Extract<AuthOutcome, { ok: true }>
  } | null
}

export interface Authenticator {
  readonly realm: string
  /**
   * Tells who sent a header. With hashed passwords, a header that is wrong, or right for the first time, takes a while
   * to check; everything else is known at once.
   * @param header the value of `Authorization`, as Latin-1 text; undefined where there was none
   * @param address where it came from
   * @param peer the verified certificate that came with the connection, or null
   * @param memory what the connection keeps; null: nothing is kept
   */
  authenticate(
    header: string | undefined,
    address: string,
    peer: PeerCertificate | null,
    memory: AuthCache | null,
  ): AuthOutcome | Promise<AuthOutcome>
}

/** null where no client is configured: then no password is asked for, as in Kea. */
export function createAuthenticator(config: AuthenticationConfig, lockOut: LockOut): Authenticator | null {
  const { clients, lockOut: limits } = config
  if (clients.length === 0) return null
  const plain = credentialList(clients.filter(({ hash }) => hash === null))
  const withHash = clients.flatMap(({ hash, ...client }) => (hash === null ? [] : [{ ...client, hash }]))
  const hashed = withHash.length === 0 ? null : new HashedPasswords(withHash)

  const check = async (
    passwords: HashedPasswords,
    { credentials, source, attemptedUser }: Attempt,
    peer: PeerCertificate | null,
  ): Promise<AuthOutcome> => {
    const now = performance.now()
    // Equal credentials that are checked at the same time are one attempt: a starting client may open many connections.
    const joined = passwords.underWay(credentials)
    // A failure is counted before the outcome is known; otherwise many attempts at once would all be compared.
    if (joined === undefined) lockOut.fail(source, limits, now)
    const outcome = await (joined ?? passwords.check(credentials))
    const identity = outcome === 'busy' ? busy(attemptedUser) : identify(outcome, attemptedUser, peer)
    if (identity.ok || outcome === 'busy') {
      if (joined === undefined) lockOut.undoFailure(source, now)
    } else if (joined !== undefined) lockOut.fail(source, limits, now)
    return identity
  }
  /** @param attemptedUser makes the name to show; called only for a refusal */
  const lockedOut = (source: LoginSource, attemptedUser: () => string, now: number): AuthOutcome | null => {
    const lock = lockOut.lock(source, limits, now)
    if (lock === null) return null
    const report = lockOut.refuse(source, lock, now)
    return { ok: false, reason: 'locked-out', attemptedUser: attemptedUser(), ...lock, report }
  }
  const authenticator: Authenticator = {
    realm: config.realm,
    authenticate: (header, address, peer, memory) => {
      if (header === undefined) return refused('no-header', 'no Authorization header')
      const accepted = memory?.accepted ?? null
      if (accepted?.by === authenticator && accepted.address === address && sameText(accepted.header, header)) {
        return lockedOut(accepted.source, () => accepted.outcome.user, performance.now()) ?? accepted.outcome
      }
      const credentials = readBasic(header)
      if (typeof credentials === 'string') return refused('bad-header', credentials)
      const now = performance.now()
      const name = credentials.subarray(0, credentials.indexOf(0x3a))
      const source = lockOut.source(address, name)
      const locked = lockedOut(source, () => claimedName(name), now)
      if (locked !== null) return locked
      const attemptedUser = claimedName(name)
      const clients = [...plain.find(credentials), ...(hashed?.known(credentials) ?? [])]
      const identity = identify(clients, attemptedUser, peer)
      if (identity.ok) {
        if (memory !== null) memory.accepted = { by: authenticator, header, address, source, outcome: identity }
        return identity
      }
      // Known credentials are checked again, or a client without the certificate could learn from the time that they
      // are right.
      if (hashed !== null) return check(hashed, { credentials, source, attemptedUser }, peer)
      lockOut.fail(source, limits, now)
      return identity
    },
  }
  return authenticator
}

interface Attempt {
  readonly credentials: Uint8Array
  readonly source: LoginSource
  readonly attemptedUser: string
}

function wrong(attemptedUser: string): AuthOutcome {
  return { ok: false, reason: 'wrong', attemptedUser, detail: 'no configured client has this user and password' }
}

function busy(attemptedUser: string): AuthOutcome {
  return { ok: false, reason: 'busy', attemptedUser, detail: 'too many passwords are being checked' }
}

/** @param matching the configured clients that have the user and password that were sent */
function identify(
  matching: readonly (CertificateBinding & { readonly user: string })[],
  attemptedUser: string,
  peer: PeerCertificate | null,
): AuthOutcome {
  if (matching.length === 0) return wrong(attemptedUser)
  const admitted = matching.find((client) => isBoundTo(client, peer))
  if (admitted !== undefined) return { ok: true, user: admitted.user }
  return { ok: false, reason: 'wrong-certificate', attemptedUser, detail: bindingMismatch(peer) }
}

/**
 * The bytes of `user:password` (RFC 7617), or what is wrong. As in Kea, the scheme may be written in any case, any
 * number of blanks, even none, may follow it, and blanks around the value are skipped; a tab is not a blank.
 */
function readBasic(header: string): Uint8Array | string {
  // No regular expression: its time would grow with the square of the number of blanks that a stranger sends.
  const value = withoutBlanks(header)
  const base64 = withoutBlanks(value.slice('basic'.length))
  if (!/^basic/i.test(value) || base64.includes(' ')) return 'not of the form "Basic CREDENTIALS"'
  const bytes = Buffer.from(base64, 'base64')
  // Node skips what it cannot decode, so text is taken only if encoding the bytes gives the same text again.
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

function refused(reason: 'no-header' | 'bad-header', detail: string): AuthOutcome {
  return { ok: false, reason, detail }
}
