// Reads `trust-anchor`: the CA certificates of a file, or of a directory as OpenSSL or Botan would read it.

import type { X509Certificate } from 'node:crypto'
import { readdirSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import type { TlsFindings } from './findings.ts'
import { shellWord } from './findings.ts'
import { derKind, describeContent, isCertificateLabel, parseCertificates, pemBlocks } from './pem.ts'
import { certificateName } from './peer.ts'
import { certificateWeakness } from './strength.ts'
import { fileErrorText, tlsFile } from './tls-file.ts'
import type { TlsFile } from './tls-file.ts'
import { formatDate, validity } from './validity.ts'

/** The names that `openssl rehash` gives to its links. */
const HASH_LINK = /^[0-9a-f]{8}\.\d+$/

/** More files and directories than this below a directory mean that the wrong one was named. Reading them takes time. */
const MAX_FILES = 1000

/** So do more bytes in them; the certificates of a whole operating system have half a megabyte. */
const MAX_BYTES = 4 * 1024 * 1024

/** The certificates to trust, each once, or null with a problem noted. */
export function readTrustAnchor(name: string, findings: TlsFindings): readonly X509Certificate[] | null {
  const directory = kindOf(name) === 'directory'
  const certificates = directory ? readDirectory(name, findings) : readFile(name, findings)
  if (certificates === null) return null
  return [...new Map(certificates.map((certificate) => [certificate.fingerprint256, certificate])).values()]
}

/** Warns of what will make clients fail. `now` in milliseconds since the epoch. */
export function checkTrustAnchor(
  name: string,
  certificates: readonly X509Certificate[],
  now: number,
  findings: TlsFindings,
): void {
  for (const certificate of certificates) {
    const expired = validity(certificate, now) === 'expired'
    const flaw = expired ? `expired on ${formatDate(certificate.validTo)}` : certificateWeakness(certificate)
    if (flaw === null) continue
    const which = `certificate ${certificateName(certificate.subject)} of trust-anchor ${name}`
    const text = `${which} ${flaw}, so clients below it are refused`
    findings.warning(text, 'replace it, or remove it if no client needs it')
  }
  if (!certificates.some((certificate) => certificate.subject === certificate.issuer)) {
    const text = `trust-anchor ${name} holds no self-signed (root) CA certificate, so no chain can end there`
    findings.warning(text, 'add the root certificate of the CA')
  } else if (!certificates.some((certificate) => certificate.ca)) {
    const text = `trust-anchor ${name} holds no CA certificate, so nothing but these very certificates is trusted`
    findings.warning(text, 'name the certificate of the CA that issues the client certificates')
  }
}

/** null for what is neither and for what cannot be looked at, such as a link to nowhere. */
function kindOf(name: string): 'file' | 'directory' | null {
  try {
    const stat = statSync(name)
    return stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : null
  } catch {
    return null
  }
}

function readFile(file: string, findings: TlsFindings): readonly X509Certificate[] | null {
  const found = certificatesOf(file, tlsFile(file))
  if (!('flaw' in found)) return found
  findings.problem('trust-anchor', `trust-anchor ${file} ${found.flaw}`, found.remedy)
  return null
}

/** With hash links only these count; without any, every certificate below the directory. */
function readDirectory(directory: string, findings: TlsFindings): X509Certificate[] | null {
  const entries = entriesOf(directory)
  if (typeof entries === 'string') {
    const remedy = `look at it with: ls -ld ${shellWord(directory)}`
    findings.problem('trust-anchor', `trust-anchor ${directory} cannot be read: ${entries}`, remedy)
    return null
  }
  const links = entries.filter((entry) => HASH_LINK.test(entry))
  const files = links.map((link) => path.join(directory, link))
  const listed = files.length > 0 || listFiles(directory, files, new Set([realpathSync(directory)]), findings)
  if (!listed || files.length > MAX_FILES) return refuseDirectory(directory, `${MAX_FILES} files`, findings)
  const certificates: X509Certificate[] = []
  let size = 0
  for (const file of files) {
    const content = tlsFile(file)
    size += typeof content === 'string' ? 0 : content.bytes.length
    if (size > MAX_BYTES) return refuseDirectory(directory, `${MAX_BYTES} bytes in the files`, findings)
    const found = certificatesOf(file, content)
    if (!('flaw' in found)) certificates.push(...found)
    // A directory may well hold other things: only what was meant to be a certificate is worth a word.
    else if (found.notable || links.length > 0) findings.warning(`${file} is ignored: it ${found.flaw}`, found.remedy)
  }
  if (certificates.length > 0) return certificates
  const text = `trust-anchor ${directory} is a directory without a usable certificate`
  const rehash = links.length === 0 ? '' : ` and renew its hash links with: openssl rehash ${shellWord(directory)}`
  findings.problem('trust-anchor', text, `put the certificates of the CAs there as PEM files${rehash}`)
  return null
}

function refuseDirectory(directory: string, most: string, findings: TlsFindings): null {
  const text = `trust-anchor ${directory} has more than ${most} below it`
  findings.problem('trust-anchor', text, 'name a directory that holds CA certificates and nothing else')
  return null
}

/**
 * All regular files below a directory; a directory that links lead to twice is read once.
 * @returns false where there are too many to go on
 */
function listFiles(directory: string, files: string[], seen: Set<string>, findings: TlsFindings): boolean {
  const entries = entriesOf(directory)
  if (typeof entries === 'string') {
    const remedy = `look at it with: ls -ld ${shellWord(directory)}`
    findings.warning(`${directory} is ignored: it cannot be read: ${entries}`, remedy)
    return true
  }
  for (const name of entries.map((entry) => path.join(directory, entry))) {
    if (files.length + seen.size > MAX_FILES) return false
    const kind = kindOf(name)
    if (kind === 'file') files.push(name)
    if (kind !== 'directory') continue
    const real = realpathSync(name)
    if (!seen.has(real) && !listFiles(name, files, seen.add(real), findings)) return false
  }
  return true
}

/** The names in a directory, in order, or why they cannot be had. */
function entriesOf(directory: string): string[] | string {
  try {
    return readdirSync(directory).sort()
  } catch (error) {
    return fileErrorText(error)
  }
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
function certificatesOf(file: string, read: TlsFile | string): readonly X509Certificate[] | Unusable {
  const word = shellWord(file)
  if (typeof read === 'string') {
    return { flaw: `cannot be read: ${read}`, remedy: `look at it with: ls -l ${word}`, notable: true }
  }
  const content = read.bytes
  const blocks = pemBlocks(content)
  const certificates = parseCertificates(blocks.filter(({ label }) => isCertificateLabel(label)))
  if (typeof certificates === 'number') {
    const show = `look at it with: openssl storeutl -noout -text -certs ${word}`
    return { flaw: `has a damaged certificate (number ${certificates})`, remedy: show, notable: true }
  }
  if (certificates.length > 0) return certificates
  const kind = derKind(content)
  if (kind !== null) {
    const command = kind === 'DER' ? `x509 -inform DER -in ${word}` : `pkcs12 -nokeys -in ${word}`
    const convert = `convert it with: openssl ${command} -out ${shellWord(`${file}.pem`)}`
    return { flaw: `is a ${kind} file where PEM is needed`, remedy: convert, notable: true }
  }
  const flaw = `holds no certificate: ${describeContent(content, blocks)}`
  return { flaw, remedy: `look at it with: head ${word}`, notable: false }
}
