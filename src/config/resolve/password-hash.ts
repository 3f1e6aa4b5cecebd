// A hashed password as the configuration holds it: the PHC string form of scrypt, `$scrypt$ln=15,r=8,p=3$SALT$KEY`.

export interface ScryptCost {
  /** The binary logarithm of N: 10..20. */
  readonly ln: number
  /** Block size: 1..32. */
  readonly r: number
  /** How many times the whole computation is done, one after the other: 1..16. */
  readonly p: number
}

export interface PasswordHash extends ScryptCost {
  /** As written. */
  readonly text: string
  readonly salt: Uint8Array
  readonly key: Uint8Array
}

/** The most that N * r * p may be. Above this, one login would cost seconds and hundreds of megabytes. */
const maxWork = 2 ** 22

/** Reads the PHC string form, or says what is wrong with it; the text holds nothing of the hash. */
export function parsePasswordHash(text: string): PasswordHash | string {
  const [empty, name, cost, salt, key, ...more] = text.split('$')
  if (empty !== '' || name === undefined) return 'it does not have the form $scrypt$ln=15,r=8,p=3$SALT$KEY'
  if (name !== 'scrypt') return 'only scrypt is supported here'
  const numbers = /^ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})$/.exec(cost ?? '')
  if (numbers === null || salt === undefined || key === undefined || more.length > 0) {
    return 'it does not have the form $scrypt$ln=15,r=8,p=3$SALT$KEY'
  }
  const [ln, r, p] = [Number(numbers[1]), Number(numbers[2]), Number(numbers[3])]
  if (ln < 10 || ln > 20 || r < 1 || r > 32 || p < 1 || p > 16) return 'ln must be 10..20, r 1..32 and p 1..16'
  if (2 ** ln * r * p > maxWork) return 'checking one password would cost too much: 2^ln * r * p may be 2^22 at most'
  const saltBytes = readBase64(salt)
  const keyBytes = readBase64(key)
  if (saltBytes === null || saltBytes.length < 8 || saltBytes.length > 64) return 'its salt is not 8..64 bytes of base64'
  if (keyBytes === null || keyBytes.length < 16 || keyBytes.length > 64) return 'its key is not 16..64 bytes of base64'
  return { text, ln, r, p, salt: saltBytes, key: keyBytes }
}

function readBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64').replaceAll('=', '') === text ? bytes : null
}
