// What the agent offers to clients with its kind of key: whether any client can use it, and a description in words.

import type { KeyObject } from 'node:crypto'
import { getCiphers } from 'node:tls'
import type { TlsConfig } from '../../config/types.ts'
import type { TlsDiagnostics } from './diagnostics.ts'
import { ciphers12, defaultGroups } from './protocol.ts'

type Offer = Pick<TlsConfig, 'minVersion' | 'maxVersion' | 'ciphers' | 'groups' | 'keyFile'>

/** Notes ciphers that all need another kind of key: then no client, or no client with TLS 1.2 only, can connect. */
export function checkCipherKind(config: Offer, key: KeyObject, diagnostics: TlsDiagnostics): void {
  if (config.minVersion === '1.3' || usable12(config, key).length > 0) return
  const kind = isRsa(key) ? 'RSA' : 'EC'
  const text = `ciphers names none for TLS 1.2 that works with the ${kind} key of key-file ${config.keyFile}`
  const remedy = `add one such as ECDHE-${isRsa(key) ? 'RSA' : 'ECDSA'}-AES256-GCM-SHA384`
  if (config.maxVersion === '1.2') diagnostics.problem('ciphers', `${text}, so no client could connect`, remedy)
  else diagnostics.warning(`${text}, so clients without TLS 1.3 are refused`, remedy)
}

/** What a client must be able to do, as one sentence. */
export function describeCiphers(config: Offer, key: KeyObject): string {
  const { minVersion, maxVersion, groups } = config
  const versions = minVersion === maxVersion ? `TLS ${minVersion}` : `TLS ${minVersion} or ${maxVersion}`
  const old = minVersion === '1.3' ? '' : ` (1.2 with one of the ciphers ${usable12(config, key).join(', ') || 'none'})`
  return `a client needs ${versions}${old}, one of the groups ${(groups ?? defaultGroups()).split(/[:/]/).join(', ')}, and HTTP/1.1`
}

/** The ciphers of TLS 1.2 that work with the key. What is not the plain name of a cipher counts as one that does. */
function usable12({ ciphers }: Offer, key: KeyObject): readonly string[] {
  const known = new Set(getCiphers())
  return ciphers12(ciphers ?? '').filter((name) => !known.has(name.toLowerCase()) || fits(name, isRsa(key)))
}

/** Whether a cipher works with a key, by OpenSSL's name. A name without a key exchange means RSA key transport. */
function fits(cipher: string, rsa: boolean): boolean {
  if (/PSK|SRP/.test(cipher)) return false
  return cipher.startsWith('ECDHE-ECDSA-') ? !rsa : rsa
}

function isRsa({ asymmetricKeyType }: KeyObject): boolean {
  return asymmetricKeyType === 'rsa' || asymmetricKeyType === 'rsa-pss'
}
