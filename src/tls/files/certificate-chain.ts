// Reads `cert-file`: the agent's own certificate and the chain after it.

import type { X509Certificate } from 'node:crypto'
import { describeForm, missingLineEnd, wrongForm } from './conversion.ts'
import type { TlsDiagnostics } from './diagnostics.ts'
import { shellWord } from './diagnostics.ts'
import { isCertificateLabel, isPrivateKeyLabel, parseCertificates, pemBlocks } from '../../x509/pem.ts'
import type { PemBlock } from '../../x509/pem.ts'
import { ANY_USAGE, CLIENT_AUTH, SERVER_AUTH, extendedKeyUsages } from '../../x509/key-usage.ts'
import { maySignHandshakes } from '../../x509/certificate-fields.ts'
import { subjectName } from '../../x509/certificate-info.ts'
import { certificateWeakness, unusualKey } from '../../x509/strength.ts'
import { renewalRemedy } from './renewal.ts'
import { readTlsFile } from './tls-file.ts'
import { formatDate, validity } from '../../x509/validity.ts'

/** The agent's certificate, then the rest of the file. */
export type CertificateChain = readonly [X509Certificate, ...X509Certificate[]]

/** The certificates of the file in its order, or null with a problem noted. */
export function readCertificateChain(file: string, diagnostics: TlsDiagnostics): CertificateChain | null {
  const content = readTlsFile('cert-file', file, diagnostics)?.bytes
  if (content === undefined) return null
  const joined = missingLineEnd(file, content)
  if (joined !== null) {
    diagnostics.problem('cert-file', `cert-file ${file} ${joined.flaw}`, joined.remedy)
    return null
  }
  const blocks = pemBlocks(content)
  const certificates = parseCertificates(blocks.filter(({ label }) => isCertificateLabel(label)))
  if (typeof certificates === 'number') {
    const show = `look at it with: openssl storeutl -noout -text -certs ${shellWord(file)}`
    diagnostics.problem('cert-file', `certificate ${certificates} of cert-file ${file} is damaged`, show)
    return null
  }
  const [leaf, ...rest] = certificates
  if (leaf !== undefined) return [leaf, ...rest]
  noteMissing(file, content, blocks, diagnostics)
  return null
}

/** A certificate is made to be used at once; a machine without a battery for its clock starts in the past. */
const suspectClock = 'most likely the clock of this machine is wrong; look at it with: date -u'

const onCommonCurve =
  'make a new key with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256; and have its certificate issued'

/**
 * Checks everything about the chain that does not need the key. Wrong dates, order and usage are only warnings:
 * kea-ctrl-agent starts with them too, and clients decide whether they refuse the certificate.
 * @param now milliseconds since the epoch
 * @param role what the certificate is shown as
 */
export function checkCertificateChain(
  file: string,
  chain: CertificateChain,
  now: number,
  diagnostics: TlsDiagnostics,
  role: 'server' | 'client' = 'server',
): void {
  const show = `look at it with: openssl storeutl -noout -text -certs ${shellWord(file)}`
  chain.forEach((certificate, index) => {
    const which = `certificate ${index + 1} of cert-file ${file} (${subjectName(certificate)})`
    const weakness = certificateWeakness(certificate)
    if (weakness !== null) diagnostics.problem('cert-file', `${which} ${weakness}`, `have a new one issued; ${show}`)
    const unusual = weakness === null ? unusualKey(certificate) : null
    if (unusual !== null) {
      const others = role === 'server' ? 'clients' : 'servers'
      diagnostics.warning(`${which} has ${unusual}, which TLS ${others} do not take`, onCommonCurve)
    }
    const state = validity(certificate, now)
    if (state === 'expired') {
      diagnostics.invalidNow(`${which} expired on ${formatDate(certificate.validTo)}`, renewalRemedy(file))
    }
    if (state === 'not-yet-valid') {
      diagnostics.invalidNow(`${which} is not valid before ${formatDate(certificate.validFrom)}`, suspectClock)
    }
    const next = chain[index + 1]
    if (next !== undefined && !certificate.checkIssued(next)) {
      diagnostics.warning(
        `${which} was not issued by the one after it`,
        "put the agent's certificate first, then its issuer, then the issuer's issuer",
      )
    }
  })
  const usages = extendedKeyUsages(chain[0]) ?? [ANY_USAGE]
  if (!usages.includes(role === 'server' ? SERVER_AUTH : CLIENT_AUTH) && !usages.includes(ANY_USAGE)) {
    const others = role === 'server' ? 'clients' : 'the daemon'
    const text = `the certificate of cert-file ${file} is not made for ${role}s, so ${others} will refuse it`
    diagnostics.warning(text, `have one issued with extendedKeyUsage ${role}Auth; ${show}`)
  }
  if (saysItCannotSign(chain[0])) {
    const text = `the key usages of cert-file ${file} lack digitalSignature, so Java, GnuTLS and others refuse it`
    diagnostics.warning(text, `have one issued with keyUsage digitalSignature; ${show}`)
  }
}

/** RSA certificates made by old recipes have keyEncipherment as their only key usage, for an obsolete key exchange. */
function saysItCannotSign(certificate: X509Certificate): boolean {
  try {
    return !maySignHandshakes(certificate)
  } catch {
    // The library reports a certificate that cannot be read.
    return false
  }
}

function noteMissing(file: string, content: Buffer, blocks: readonly PemBlock[], diagnostics: TlsDiagnostics): void {
  const word = shellWord(file)
  const form = wrongForm('certificate', file, content, blocks)
  if (form !== null) {
    diagnostics.problem('cert-file', `cert-file ${file} ${form.flaw}`, form.remedy)
  } else if (blocks.some(({ label }) => isPrivateKeyLabel(label))) {
    const text = `cert-file ${file} holds a private key and no certificate`
    diagnostics.problem('cert-file', text, 'name the file with the certificate; cert-file and key-file may be swapped')
  } else {
    const text = `cert-file ${file} holds no certificate: ${describeForm(content, blocks)}`
    diagnostics.problem('cert-file', text, `look at it with: head ${word}`)
  }
}
