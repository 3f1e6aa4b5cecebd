// When the certificates and revocation lists in use run out, and the warnings before that.

import type { X509Certificate } from 'node:crypto'
import type { RevocationList } from './crl-file.ts'
import { renewalCommand, renewalRemedy } from './renewal.ts'
import { printName } from '../../x509/name-text.ts'
import { certificateName, subjectName } from '../../x509/certificate-info.ts'
import { formatTime } from '../../x509/validity.ts'

/** Milliseconds. */
const day = 24 * 60 * 60 * 1000

export interface Expiring {
  readonly kind: 'certificate' | 'revocation list'
  readonly keyword: 'cert-file' | 'trust-anchor' | 'crl-file'
  readonly file: string
  /** The subject of a certificate, or the CA of a revocation list. */
  readonly subject: string
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
  /** Whether it is for control sockets; else it is for the agent's own listener. */
  readonly forDaemons?: boolean
}

/** What a set of files holds; a list without a file is empty. */
export interface ReadFiles {
  readonly chain: readonly X509Certificate[]
  readonly trusted: readonly X509Certificate[]
  readonly lists?: readonly RevocationList[]
}

/** All that was read, in the order of the keywords. */
export function expiring(
  names: { readonly certFile: string; readonly trustAnchor: string },
  { chain, trusted, lists = [] }: ReadFiles,
): Expiring[] {
  const certificate = (keyword: 'cert-file' | 'trust-anchor', file: string) => (from: X509Certificate): Expiring => {
    const dates = { notBefore: Date.parse(from.validFrom), notAfter: Date.parse(from.validTo) }
    return { kind: 'certificate', keyword, file, subject: subjectName(from), ...dates }
  }
  return [
    ...chain.map(certificate('cert-file', names.certFile)),
    ...trusted.map(certificate('trust-anchor', names.trustAnchor)),
    ...lists.flatMap(({ file, issuer, thisUpdate, nextUpdate }): Expiring[] => {
      if (nextUpdate === null) return []
      const subject = certificateName(printName(issuer))
      return [{ kind: 'revocation list', keyword: 'crl-file', file, subject, notBefore: thisUpdate, notAfter: nextUpdate }]
    }),
  ]
}

/** Whole days until it expires, rounded down; negative after that. @param now milliseconds since the epoch */
export function daysLeft({ notAfter }: Pick<Expiring, 'notAfter'>, now: number): number {
  return Math.floor((notAfter - now) / day)
}

/**
 * One sentence for each certificate or list that expires within so many days or has expired. For one with a short life,
 * such as a list that is reissued every week, the last third of its life counts if that is shorter.
 * @param days 0: no warnings
 */
export function expiryWarnings(list: readonly Expiring[], days: number, now: number): string[] {
  return list.filter((each) => endsSoon(each, days, now)).map((each) => {
    const which = `${each.kind} ${each.kind === 'certificate' ? '' : 'of '}${each.subject} in ${each.keyword} ${each.file}`
    return `${which} ${endInWords(each, now)}; ${remedyFor(each)}`
  })
}

/** Whether it is time to warn, or past that. @param days as for `expiryWarnings` */
export function endsSoon({ notBefore, notAfter }: Pick<Expiring, 'notBefore' | 'notAfter'>, days: number, now: number): boolean {
  return days > 0 && notAfter - now <= Math.min(days * day, (notAfter - notBefore) / 3)
}

/** Such as `expires in 3 days, on` and the date. */
export function endInWords(each: Pick<Expiring, 'notAfter'>, now: number): string {
  const left = daysLeft(each, now)
  const when = each.notAfter < now ? 'expired on' : left === 1 ? 'expires in 1 day, on' : `expires in ${left} days, on`
  return `${when} ${formatTime(each.notAfter)}`
}

function remedyFor({ keyword, file, forDaemons = false }: Expiring): string {
  switch (keyword) {
    case 'cert-file':
      return renewalRemedy(file)
    case 'trust-anchor':
      return `replace it, or remove it if no ${forDaemons ? 'daemon' : 'client'} needs it`
    case 'crl-file': {
      const command = renewalCommand(file)
      return command === null ? 'put the next list of that CA there' : `renew it with: ${command}`
    }
  }
}
