// Making and checking hashed passwords: scrypt (RFC 7914).

import { randomBytes, scrypt } from 'node:crypto'
import type { PasswordHash, ScryptCost } from '../config/resolve/password-hash.ts'

/** As strong as N = 2^17 with p = 1, in a quarter of the memory: 32 MiB. */
export const usualCost: ScryptCost = { ln: 15, r: 8, p: 3 }

/** Makes the PHC string form of a password with a fresh salt. */
export async function hashPassword(password: Uint8Array, cost: ScryptCost = usualCost): Promise<string> {
  const salt = randomBytes(16)
  const key = await deriveKey(password, { ...cost, salt }, 32)
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(key)}`
}

/**
 * The key derived from a password; computed in another thread.
 * @param length bytes
 */
export function deriveKey(
  password: Uint8Array,
  { ln, r, p, salt }: ScryptCost & Pick<PasswordHash, 'salt'>,
  length: number,
): Promise<Buffer> {
  const N = 2 ** ln
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { N, r, p, maxmem: 128 * r * (N + p + 4) }, (error, derived) => {
      if (error === null) resolve(derived)
      else reject(error)
    })
  })
}

/** PHC strings leave the padding out. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
