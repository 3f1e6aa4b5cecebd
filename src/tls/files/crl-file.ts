// Reads `crl-file`: the revocation lists of a file or directory, each checked against the key of its CA before it is
// believed. A list that cannot be believed is a problem: without it, revoked clients would get in again.

import type { X509Certificate } from 'node:crypto'
import type { Sliced } from '../../in-slices.ts'
import { looseKey } from '../../x509/name.ts'
import { printName } from '../../x509/name-text.ts'
import { certificateNames, maySignLists } from '../../x509/certificate-fields.ts'
import { parseCrl } from '../../x509/crl.ts'
import type { Crl } from '../../x509/crl.ts'
import { describeForm, missingLineEnd, wrongForm } from './conversion.ts'
import { MAX_DIRECTORY_BYTES, directoryFiles, kindOf, refuseDirectory } from './directory.ts'
import type { TlsDiagnostics } from './diagnostics.ts'
import { shellWord } from './diagnostics.ts'
import { isCrlLabel, pemBlocks, pemContent } from '../../x509/pem.ts'
import { certificateName } from '../../x509/certificate-info.ts'
import { renewalCommand } from './renewal.ts'
import { tlsFile } from './tls-file.ts'
import { formatTime } from '../../x509/validity.ts'

/** The names that `openssl rehash` gives to its links to lists. */
const HASH_LINK = /^[0-9a-f]{8}\.r\d+$/

/** The list of one CA that is in force. */
export interface RevocationList extends Crl {
  readonly file: string
  /** PEM, for the library. */
  readonly pem: string
  /** A certificate of the CA that signed it. */
  readonly ca: X509Certificate
}

/** A trusted certificate with its subject in a form that can be compared. */
interface NamedCa {
  readonly ca: X509Certificate
  readonly key: string
}

/**
 * The newest list of each CA, or null with a problem noted.
 * @param trusted the certificates of `trust-anchor`; lists of other CAs cannot be checked
 * @param now milliseconds since the epoch
 */
export function* revocationWork(
  name: string,
  trusted: readonly X509Certificate[],
  now: number,
  diagnostics: TlsDiagnostics,
): Sliced<readonly RevocationList[] | null> {
  const directory = kindOf(name) === 'directory'
  const listed = directory ? directoryFiles('crl-file', name, HASH_LINK, diagnostics) : { files: [name], linked: true }
  if (listed === null) return null
  const named = trusted.flatMap(withKey)
  const before = diagnostics.problems.length
  const lists: RevocationList[] = []
  let size = 0
  for (const file of listed.files) {
    yield
    const content = tlsFile(file)
    if ('reason' in content) {
      diagnostics.problem('crl-file', `crl-file ${file} cannot be read: ${content.reason}`, content.remedy)
      continue
    }
    size += content.bytes.length
    if (directory && size > MAX_DIRECTORY_BYTES) {
      refuseDirectory('crl-file', name, `${MAX_DIRECTORY_BYTES} bytes in the files`, diagnostics)
      return null
    }
    lists.push(...listsOf(file, content.bytes, named, listed.linked, diagnostics))
  }
  if (diagnostics.problems.length > before) return null
  if (lists.length === 0) {
    const text = `crl-file ${name} is a directory without a revocation list`
    diagnostics.problem('crl-file', text, 'put the lists of the CAs there as PEM files')
    return null
  }
  const inForce = newestOfEach(lists)
  for (const list of inForce) checkDates(list, now, diagnostics)
  return inForce
}

/** Empty where the name of the CA cannot be read: then no list can be of this CA. */
function withKey(ca: X509Certificate): NamedCa[] {
  const names = certificateNames(ca)
  return names === null ? [] : [{ ca, key: looseKey(names.subject) }]
}

/** @param demanded whether a file without a list is a problem; a directory may hold other things as well */
function listsOf(
  file: string,
  content: Buffer,
  trusted: readonly NamedCa[],
  demanded: boolean,
  diagnostics: TlsDiagnostics,
): RevocationList[] {
  const word = shellWord(file)
  const blocks = pemBlocks(content)
  const lists = blocks.filter(({ label }) => isCrlLabel(label))
  const cutOff = content.includes('-----BEGIN X509 CRL') && lists.length === 0
  const other = lists.length === 0 ? wrongForm('revocation list', file, content, blocks) : null
  const form = missingLineEnd(file, content) ?? other
  if (form !== null) {
    diagnostics.problem('crl-file', `crl-file ${file} ${form.flaw}`, form.remedy)
    return []
  }
  if (lists.length === 0 && (demanded || cutOff)) {
    const text = `crl-file ${file} holds no revocation list: ${describeForm(content, blocks)}`
    diagnostics.problem('crl-file', text, `look at it with: head ${word}`)
  }
  return lists.flatMap((block, index) => {
    const which = lists.length === 1 ? `crl-file ${file}` : `revocation list ${index + 1} of crl-file ${file}`
    const found = believed(which, file, pemContent(block), trusted, diagnostics)
    // OpenSSL reads a list only under its own label, `X509 CRL`.
    const pem = block.text.replace(/^(-----(?:BEGIN|END)) CRL-----$/gm, '$1 X509 CRL-----')
    return found === null ? [] : [{ ...found.crl, file, pem, ca: found.ca }]
  })
}

function believed(
  which: string,
  file: string,
  der: Buffer,
  trusted: readonly NamedCa[],
  diagnostics: TlsDiagnostics,
): { crl: Crl; ca: X509Certificate } | null {
  const show = `look at it with: openssl crl -in ${shellWord(file)} -noout -text`
  const crl = parsed(der)
  if (crl === null) {
    diagnostics.problem('crl-file', `${which} is damaged or no revocation list`, show)
    return null
  }
  const issuer = certificateName(printName(crl.issuer))
  const named = trusted.filter(({ key }) => key === looseKey(crl.issuer))
  const answers = named.map(({ ca }) => ({ ca, answer: crl.signedBy(ca.publicKey) }))
  const signers = answers.filter(({ answer }) => answer === 'yes')
  const signer = signers.find(({ ca }) => maySignLists(ca))
  if (crl.unknownExtension !== null) {
    const text = `${which} is not the whole list of its CA ${issuer} (critical extension ${crl.unknownExtension})`
    diagnostics.problem('crl-file', text, 'have the CA issue a complete list: no changes only, no part, of itself alone')
  } else if (named.length === 0) {
    const text = `${which} is of ${issuer}, a CA that is not in the trust-anchor, so its signature cannot be checked`
    diagnostics.problem('crl-file', text, 'add the certificate of that CA to the trust-anchor, also of an intermediate one')
  } else if (signer === undefined && signers.length > 0) {
    const text = `${which} was signed by the CA ${issuer}, whose certificate does not allow it to (no cRLSign)`
    diagnostics.problem('crl-file', text, 'have the certificate of that CA reissued with cRLSign among its key usages')
  } else if (signer === undefined && answers.some(({ answer }) => answer === 'weak')) {
    const text = `${which} of ${issuer} is signed with SHA-1 or MD5, which can be forged`
    diagnostics.problem('crl-file', text, 'have the CA sign its list with SHA-256 or better')
  } else if (signer === undefined) {
    const kind = answers.some(({ answer }) => answer === 'unknown')
    const flaw = kind ? 'has a signature of an unknown kind' : `was not signed by the CA ${issuer} of the trust-anchor`
    diagnostics.problem('crl-file', `${which} ${flaw}`, `fetch the list from the CA again; ${show}`)
  } else return { crl, ca: signer.ca }
  return null
}

/** null where the reader throws: the bytes are no list, or a date or name in it cannot be read. */
function parsed(der: Buffer): Crl | null {
  try {
    return parseCrl(der)
  } catch {
    return null
  }
}

/** Of several lists that one key of one CA has signed, the newest is in force. */
function newestOfEach(lists: readonly RevocationList[]): RevocationList[] {
  const newest = new Map<string, RevocationList>()
  for (const list of lists) {
    const key = signerKey(looseKey(list.issuer), list.ca)
    const other = newest.get(key)
    if (other === undefined || other.thisUpdate < list.thisUpdate) newest.set(key, list)
  }
  return [...newest.values()]
}

/** Equal for lists of one signer. A CA may renew its certificate and keep its key, or keep its name with a new key. */
export function signerKey(name: string, ca: X509Certificate): string {
  return JSON.stringify([name, ca.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')])
}

function checkDates(list: RevocationList, now: number, diagnostics: TlsDiagnostics): void {
  const which = `the revocation list of ${certificateName(printName(list.issuer))} in crl-file ${list.file}`
  if (list.nextUpdate !== null && list.nextUpdate < now) {
    const text = `${which} is out of date since ${formatTime(list.nextUpdate)}, so every client of this CA is refused`
    const command = renewalCommand(list.file)
    diagnostics.warning(text, command === null ? 'fetch the new list from the CA' : `renew it with: ${command}`)
  } else if (list.thisUpdate > now) {
    const text = `${which} is not valid before ${formatTime(list.thisUpdate)}, so every client of this CA is refused`
    diagnostics.warning(text, 'check the clock of this machine with: date -u')
  }
}
