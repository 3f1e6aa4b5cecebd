// Clients with a hashed password. Checking a password takes noticeable time on purpose, so a few at a time are checked
// in other threads. Credentials that were accepted once are recognized by a hash under a key of this process.

import { randomBytes, timingSafeEqual } from 'node:crypto'
import { isUtf8 } from 'node:buffer'
import type { PasswordHash } from '../config/resolve/password-hash.ts'
import type { CertificateBinding } from './certificate-binding.ts'
import { byteForms, keyedHash } from './password.ts'
import { deriveKey } from './scrypt.ts'

export interface HashedClient extends CertificateBinding {
  readonly user: string
  readonly hash: PasswordHash
}

/** How many keys are derived at once. Node has four threads for that, and files and name lookups need some of them. */
const maxAtOnce = 2
/** Attempts that may wait for their turn. */
const maxWaiting = 64

/** What every attempt has to pay for one cost: as many hashes as the user with the most hashes of that cost has. */
interface CostGroup {
  readonly cost: string
  readonly decoy: PasswordHash
  readonly count: number
}

/** The clients that have the credentials. `busy`: the credentials were not checked. */
export type HashedOutcome = readonly HashedClient[] | 'busy'

export class HashedPasswords {
  readonly #digest = keyedHash()
  readonly #byUser = new Map<string, HashedClient[]>()
  readonly #rounds: readonly CostGroup[]
  /** Clients by the digest of credentials that were right. Bounded, because each client has few spellings. */
  readonly #known = new Map<string, readonly HashedClient[]>()
  readonly #underWay = new Map<string, Promise<HashedOutcome>>()
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(clients: readonly HashedClient[]) {
    for (const client of clients) {
      for (const form of byteForms(client.user)) {
        const key = this.#digest(form)
        const own = this.#byUser.get(key)
        if (own === undefined) this.#byUser.set(key, [client])
        else own.push(client)
      }
    }
    this.#rounds = roundsOf([...this.#byUser.values()])
  }

  /** The clients that have these credentials, if they were checked before. Empty: not checked yet, or wrong. */
  known(credentials: Uint8Array): readonly HashedClient[] {
    return this.#known.get(this.#digest(credentials)) ?? []
  }

  /** The outcome of the check of the same credentials that is under way; undefined: there is none. */
  underWay(credentials: Uint8Array): Promise<HashedOutcome> | undefined {
    return this.#underWay.get(this.#digest(credentials))
  }

  /** Checks credentials. Every attempt costs the same, whether the user exists or not. */
  check(credentials: Uint8Array): Promise<HashedOutcome> {
    const digest = this.#digest(credentials)
    if (this.#waiting.length >= maxWaiting) return Promise.resolve('busy')
    const outcome = this.#inTurn(credentials).then((clients) => {
      this.#underWay.delete(digest)
      if (clients.length > 0) this.#known.set(digest, clients)
      return clients
    })
    this.#underWay.set(digest, outcome)
    return outcome
  }

  async #inTurn(credentials: Uint8Array): Promise<readonly HashedClient[]> {
    if (this.#running >= maxAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running++
    try {
      return await this.#match(credentials)
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  async #match(credentials: Uint8Array): Promise<readonly HashedClient[]> {
    const colon = credentials.indexOf(0x3a)
    const clients = this.#byUser.get(this.#digest(credentials.subarray(0, colon))) ?? []
    const found: HashedClient[] = []
    for (const password of passwordForms(credentials.subarray(colon + 1))) {
      for (const { cost, decoy: pad, count } of this.#rounds) {
        const own = clients.filter(({ hash }) => costOf(hash) === cost)
        for (let index = 0; index < count; index++) {
          const client = own[index]
          const hash = client?.hash ?? pad
          const equal = timingSafeEqual(await deriveKey(password, hash, hash.key.length), hash.key)
          if (equal && client !== undefined) found.push(client)
        }
      }
    }
    return found
  }
}

function roundsOf(groups: readonly (readonly HashedClient[])[]): CostGroup[] {
  const rounds = new Map<string, CostGroup>()
  for (const clients of groups) {
    const counts = new Map<string, number>()
    for (const { hash } of clients) {
      const cost = costOf(hash)
      const count = (counts.get(cost) ?? 0) + 1
      counts.set(cost, count)
      const pad = { ...hash, salt: randomBytes(hash.salt.length), key: randomBytes(hash.key.length) }
      if (count > (rounds.get(cost)?.count ?? 0)) rounds.set(cost, { cost, decoy: pad, count })
    }
  }
  return [...rounds.values()]
}

function costOf({ ln, r, p, key }: PasswordHash): string {
  return [ln, r, p, key.length].join()
}

/** The bytes sent and, if Kea's own client may have encoded UTF-8 twice, those before. Depends on nothing secret. */
function passwordForms(sent: Uint8Array): Uint8Array[] {
  const text = Buffer.from(sent).toString('utf8')
  if (!isUtf8(sent) || !/^[\u0000-\u00ff]*$/.test(text) || !/[\u0080-\u00ff]/.test(text)) return [sent]
  const once = Buffer.from(text, 'latin1')
  return isUtf8(once) ? [sent, once] : [sent]
}
