// Reads `trust-anchor`: the CA certificates of a file, or of a directory as OpenSSL or Botan would read it.

import type { X509Certificate } from 'node:crypto'
import { atOnce } from '../../in-slices.ts'
import type { Sliced } from '../../in-slices.ts'
import { isSelfIssued, isVersion1 } from '../../x509/certificate-fields.ts'
import { describeForm, missingLineEnd, wrongForm } from './conversion.ts'
import { MAX_DIRECTORY_BYTES, directoryFiles, kindOf, refuseDirectory } from './directory.ts'
import type { TlsDiagnostics } from './diagnostics.ts'
import { shellWord } from './diagnostics.ts'
import { certificateWork, isCertificateLabel, pemBlocks } from '../../x509/pem.ts'
import { issuerName, subjectName } from '../../x509/certificate-info.ts'
import { certificateWeakness } from '../../x509/strength.ts'
import { tlsFile } from './tls-file.ts'
import type { TlsFile, UnreadableFile } from './tls-file.ts'
import { warnUnhashedCertificates } from './unhashed-certificates.ts'
import { formatDate, validity } from '../../x509/validity.ts'

/** The names that `openssl rehash` gives to its links. */
const HASH_LINK = /^[0-9a-f]{8}\.\d+$/

/** The certificates to trust, each once, or null with a problem noted. */
export function readTrustAnchor(name: string, diagnostics: TlsDiagnostics): readonly X509Certificate[] | null {
  return atOnce(trustAnchorWork(name, diagnostics))
}

/** The same in steps. */
export function* trustAnchorWork(name: string, diagnostics: TlsDiagnostics): Sliced<readonly X509Certificate[] | null> {
  const directory = kindOf(name) === 'directory'
  const certificates = yield* directory ? readDirectory(name, diagnostics) : readFile(name, diagnostics)
  if (certificates === null) return null
  return [...new Map(certificates.map((certificate) => [certificate.fingerprint256, certificate])).values()]
}

/**
 * Warns of what will make connections fail.
 * @param now milliseconds since the epoch
 * @param others the side that shows certificates issued by these CAs
 */
export function checkTrustAnchor(
  name: string,
  certificates: readonly X509Certificate[],
  now: number,
  diagnostics: TlsDiagnostics,
  others: 'clients' | 'daemons' = 'clients',
): void {
  for (const certificate of certificates) {
    const expired = validity(certificate, now) === 'expired'
    const flaw = expired ? `expired on ${formatDate(certificate.validTo)}` : certificateWeakness(certificate)
    if (flaw === null) continue
    const which = `certificate ${subjectName(certificate)} of trust-anchor ${name}`
    const text = `${which} ${flaw}, so ${others} below it are refused`
    diagnostics.warning(text, 'replace it, or remove it if it is not needed')
  }
  const old = certificates.filter((certificate) => isSelfIssued(certificate) && isVersion1(certificate))
  for (const certificate of old) {
    const which = `certificate ${subjectName(certificate)} of trust-anchor ${name}`
    const text = `${which} is self-signed and of X.509 version 1, so OpenSSL trusts every certificate below it`
    // Where a CA has no key identifier, the certificates below it name its serial number.
    const remedy = 'put a version 3 certificate of that CA in its place, with the same name, key and serial number'
    diagnostics.warning(text, remedy)
  }
  const rootless = certificates.some(isSelfIssued) ? undefined : certificates.find((each) => isTop(each, certificates))
  if (rootless !== undefined) {
    const root = issuerName(rootless)
    const what = rootless.ca ? 'an intermediate CA' : 'no CA'
    const which = `trust-anchor ${name} holds ${subjectName(rootless)}, ${what}`
    const text = `${which}, without the root above it, so no chain can end there`
    diagnostics.warning(text, `add the certificate of ${root}, or of the root above that`)
  } else if (old.length === 0 && !certificates.some((certificate) => certificate.ca)) {
    const text = `trust-anchor ${name} holds no CA certificate, so nothing but these very certificates is trusted`
    diagnostics.warning(text, `name the certificate of the CA that issues those of the ${others}`)
  }
}

/** Whether none of the others has issued it. */
function isTop(certificate: X509Certificate, others: readonly X509Certificate[]): boolean {
  return !others.some((other) => other !== certificate && certificate.checkIssued(other))
}

function* readFile(file: string, diagnostics: TlsDiagnostics): Sliced<readonly X509Certificate[] | null> {
  const found = yield* certificatesOf(file, tlsFile(file))
  if (!('flaw' in found)) return found
  diagnostics.problem('trust-anchor', `trust-anchor ${file} ${found.flaw}`, found.remedy)
  return null
}

function* readDirectory(directory: string, diagnostics: TlsDiagnostics): Sliced<X509Certificate[] | null> {
  const listed = directoryFiles('trust-anchor', directory, HASH_LINK, diagnostics)
  if (listed === null) return null
  const { files, linked } = listed
  const certificates: X509Certificate[] = []
  let size = 0
  for (const file of files) {
    const content = tlsFile(file)
    size += 'bytes' in content ? content.bytes.length : 0
    if (size > MAX_DIRECTORY_BYTES) {
      refuseDirectory('trust-anchor', directory, `${MAX_DIRECTORY_BYTES} bytes in the files`, diagnostics)
      return null
    }
    const found = yield* certificatesOf(file, content)
    if (!('flaw' in found)) certificates.push(...found)
    // A directory may hold other things: only a file that was meant as a certificate is worth a warning.
    else if (found.notable || linked) diagnostics.warning(`${file} is ignored: it ${found.flaw}`, found.remedy)
  }
  if (linked) yield* warnUnhashedCertificates(directory, certificates, diagnostics)
  if (certificates.length > 0) return certificates
  const text = `trust-anchor ${directory} is a directory without a usable certificate`
  const rehash = linked ? ` and renew its hash links with: openssl rehash ${shellWord(directory)}` : ''
  diagnostics.problem('trust-anchor', text, `put the certificates of the CAs there as PEM files${rehash}`)
  return null
}

interface Unusable {
  /** The end of a sentence that begins with the file. */
  readonly flaw: string
  readonly remedy: string
  /** Whether the file seems to be meant as a certificate. */
  readonly notable: boolean
}

/**
 * All certificates of one file, at least one, or why there is none.
 * @param read what was read of the file, or why that failed
 */
function* certificatesOf(file: string, read: TlsFile | UnreadableFile): Sliced<readonly X509Certificate[] | Unusable> {
  const word = shellWord(file)
  if ('reason' in read) return { flaw: `cannot be read: ${read.reason}`, remedy: read.remedy, notable: true }
  const content = read.bytes
  const joined = missingLineEnd(file, content)
  if (joined !== null) return { ...joined, notable: true }
  const blocks = pemBlocks(content)
  const certificates = yield* certificateWork(blocks.filter(({ label }) => isCertificateLabel(label)))
  if (typeof certificates === 'number') {
    const show = `look at it with: openssl storeutl -noout -text -certs ${word}`
    return { flaw: `has a damaged certificate (number ${certificates})`, remedy: show, notable: true }
  }
  if (certificates.length > 0) return certificates
  const form = wrongForm('certificate', file, content, blocks)
  if (form !== null) return { ...form, notable: true }
  const flaw = `holds no certificate: ${describeForm(content, blocks)}`
  return { flaw, remedy: `look at it with: head ${word}`, notable: false }
}
