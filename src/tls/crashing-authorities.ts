// Certificate authorities that a client must not trust, because Node crashes when it converts them to its legacy form.
// It converts the whole chain of each server that was verified.

import type { X509Certificate } from 'node:crypto'
import { subjectName } from '../x509/certificate-info.ts'
import type { TlsProblem } from './files/diagnostics.ts'

/** The elliptic curves that NIST has a name for, by OpenSSL's names. Node crashes on any other curve. */
const nistCurves: ReadonlySet<string> = new Set([
  'prime192v1', 'secp224r1', 'prime256v1', 'secp384r1', 'secp521r1',
  'sect163k1', 'sect163r2', 'sect233k1', 'sect233r1', 'sect283k1', 'sect283r1', 'sect409k1', 'sect409r1',
  'sect571k1', 'sect571r1',
])

/** Node's first major version that may crash: SIGSEGV was seen on 24.21, 25.9 and 26.10, not on 20.20 and 22.23. */
const firstCrashingMajor = 23

const remedy = 'use a CA with a key on P-256, P-384 or P-521 or an RSA key, or run this with Node.js 22'

/** @param nodeVersion such as `24.1.0` */
export function isCrashingAuthority(certificate: X509Certificate, nodeVersion = process.versions.node): boolean {
  const curve = curveOf(certificate)
  return Number.parseInt(nodeVersion, 10) >= firstCrashingMajor && curve !== undefined && !nistCurves.has(curve)
}

/**
 * One problem for each certificate that must not be trusted; none on a Node.js that can convert them all.
 * @param file the file that holds the certificates, for the text
 * @param nodeVersion such as `24.1.0`
 */
export function crashingAuthorities(
  file: string,
  certificates: readonly X509Certificate[],
  nodeVersion = process.versions.node,
): readonly TlsProblem[] {
  return certificates.filter((each) => isCrashingAuthority(each, nodeVersion)).map((certificate) => {
    const flaw = `has a key on the curve ${curveOf(certificate) ?? ''}, on which Node.js ${nodeVersion} would end this process`
    return { keyword: 'trust-anchor', text: `certificate ${subjectName(certificate)} of ${file} ${flaw}`, remedy }
  })
}

/** The warning where the program goes on without trusting the certificate. */
export function leftOutWarning({ text, remedy: cure }: Pick<TlsProblem, 'text' | 'remedy'>): string {
  return `${text}, so it is not trusted; ${cure}`
}

function curveOf(certificate: X509Certificate): string | undefined {
  try {
    return certificate.publicKey.asymmetricKeyDetails?.namedCurve
  } catch {
    // A kind of key that the library does not know.
    return undefined
  }
}
