// Credentials as bytes: which bytes stand for a configured user and password, and comparing them in constant time.

import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { isUtf8 } from 'node:buffer'

/** One accepted pair, as configured. */
export interface Credentials {
  readonly user: string
  readonly password: string
}

export interface CredentialList<Client> {
  /**
   * The configured clients that have these bytes as `user:password`, most often one. Takes the same time whether a
   * client matches, and whichever it is: every pair is compared, and only by hashes under a key of this process.
   */
  find(credentials: Uint8Array): readonly Client[]
}

interface Accepted<Client> {
  readonly client: Client
  readonly digest: Uint8Array
}

/** Prepares pairs for comparison. Several may have the same user. */
export function credentialList<Client extends Credentials>(clients: readonly Client[]): CredentialList<Client> {
  const digest = keyedDigest()
  const accepted: Accepted<Client>[] = []
  for (const client of clients) {
    for (const userBytes of byteForms(client.user)) {
      for (const passwordBytes of byteForms(client.password)) {
        accepted.push({ client, digest: digest(Buffer.concat([userBytes, Buffer.from(':'), passwordBytes])) })
      }
    }
  }
  return {
    find: (credentials) => {
      const candidate = digest(credentials)
      const found: Client[] = []
      for (const { client, digest } of accepted) if (timingSafeEqual(digest, candidate)) found.push(client)
      return found
    },
  }
}

/**
 * SHA-256 under a key known to this process alone, so that the time of a comparison tells nothing about what was
 * compared.
 */
function keyedDigest(): (bytes: Uint8Array) => Buffer {
  const key = randomBytes(32)
  return (bytes) => hash('sha256', Buffer.concat([key, bytes]), 'buffer')
}

/** The same digest as text, for the keys of a Map. */
export function keyedHash(): (bytes: Uint8Array) => string {
  const digest = keyedDigest()
  return (bytes) => digest(bytes).toString('latin1')
}

/** Whether two texts are the same; takes the same time wherever they differ. */
export function sameText(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i)
  return difference === 0
}

/**
 * The byte strings that clients send for a configured text: its UTF-8; what Kea itself makes of raw UTF-8 in a
 * configuration (each byte read as Latin-1 and encoded once more); and, where the text is what Kea prints for UTF-8
 * (`\u00c3\u00a9` for one letter), the bytes it stands for. Plain ASCII has one form only.
 */
export function byteForms(text: string): readonly Buffer[] {
  const utf8 = Buffer.from(text, 'utf8')
  if (utf8.length === text.length) return [utf8]
  const forms = [utf8, Buffer.from(utf8.toString('latin1'), 'utf8')]
  if (/^[\u0000-\u00ff]*$/.test(text)) {
    const latin1 = Buffer.from(text, 'latin1')
    if (isUtf8(latin1)) forms.push(latin1)
  }
  return forms
}
