// The names of certificates, which are also names of folders, and the host names and addresses of servers.

import net from 'node:net'
import os from 'node:os'
import type { JsonGeneralNames } from '@peculiar/x509'
import { certsError } from './error.ts'

/** Names that have another meaning in the directory. */
const RESERVED: readonly string[] = ['ca', 'issued', 'crl.pem', 'keagate.conf', 'tls.inc']

/** 64 characters: as many as a common name may have (RFC 5280 appendix A.1). */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/

const LABEL = /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/

/** The most host names and addresses that one certificate may have. */
const MOST_NAMES = 100

/** @throws KeagateError (CERTS_REFUSED) for a name that cannot be that of a folder in the directory */
export function checkName(name: string): void {
  if (!NAME.test(name)) {
    const rule = 'up to 64 letters, digits and . _ - @, the first a letter or a digit'
    throw certsError(`${JSON.stringify(name)} cannot be the name of a certificate`, `use ${rule}`)
  }
  if (RESERVED.includes(name)) throw certsError(`the name ${name} is taken by the directory itself`, 'use another name')
}

/** @throws KeagateError (CERTS_REFUSED) for a word that is neither host name nor address, and for too many words */
export function serverNames(names: readonly string[]): JsonGeneralNames {
  const unique = [...new Set(names)]
  if (unique.length > MOST_NAMES) {
    throw certsError(`${unique.length} names are too many for one certificate`, `name at most ${MOST_NAMES}`)
  }
  return unique.map((name) => {
    if (net.isIP(name) !== 0 && !name.includes('%')) return { type: 'ip', value: name }
    if (isHostName(name)) return { type: 'dns', value: name }
    const remedy = 'write names as in DNS (an international one in its xn-- form) and addresses without zone and port'
    throw certsError(`${JSON.stringify(name)} is neither a host name nor an IP address`, remedy)
  })
}

/** Labels of letters, digits, `-` and `_`; the first may be `*`. Something like 10.1 or 0x7f.1 is no name. */
function isHostName(name: string): boolean {
  const labels = name.replace(/^\*\./, '').split('.')
  const last = labels.at(-1) ?? ''
  return name.length <= 253 && labels.every((label) => LABEL.test(label)) && !/^(\d|0x)/i.test(last)
}

/** How this machine can be reached: loopback always, then its host name and the addresses of its interfaces. */
export function ownNames(): readonly string[] {
  const hostName = os.hostname()
  const addresses = Object.values(os.networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ address, internal }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address)
  return [...LOOPBACK, ...(isHostName(hostName) ? [hostName] : []), ...addresses].slice(0, MOST_NAMES)
}

/** In every server certificate of `init`, so that a first request from the machine itself always works. */
export const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '::1']
