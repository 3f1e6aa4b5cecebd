// Reads `key-file`: an unencrypted private key in PEM form, PKCS#8, PKCS#1 or SEC1.

import { createPrivateKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { describeForm, missingLineEnd, wrongForm } from './conversion.ts'
import { describeUser, userName } from '../../account.ts'
import type { TlsDiagnostics } from './diagnostics.ts'
import { shellWord } from './diagnostics.ts'
import { isCertificateLabel, isPrivateKeyLabel, pemBlocks } from '../../x509/pem.ts'
import type { PemBlock } from '../../x509/pem.ts'
import { keyWeakness } from '../../x509/strength.ts'
import { readTlsFile } from './tls-file.ts'

export interface PrivateKey {
  /** The PEM block as read. */
  readonly pem: string
  readonly object: KeyObject
}

/** Permission bits of users other than owner and group. */
const OTHERS = 0o007

/** The first private key of the file, or null with a problem noted. */
export function readPrivateKey(file: string, diagnostics: TlsDiagnostics): PrivateKey | null {
  const found = readTlsFile('key-file', file, diagnostics)
  if (found === null) return null
  const content = found.bytes
  const word = shellWord(file)
  if ((found.mode & OTHERS) !== 0) {
    diagnostics.warning(`key-file ${file} is open to every user of this machine`, `restrict it with: chmod o= ${word}`)
  }
  const user = process.geteuid?.()
  if (user !== undefined && found.owner !== user && found.owner !== 0) {
    const text = `key-file ${file} belongs to ${describeUser(found.owner)}, who can replace it, and not to the agent or root`
    diagnostics.warning(text, `give it to the agent with: chown ${userName(user)} ${word}`)
  }
  const blocks = pemBlocks(content)
  const block = blocks.find(({ label }) => isPrivateKeyLabel(label) && label !== 'OPENSSH PRIVATE KEY')
  if (block === undefined) {
    noteMissing(file, content, blocks, diagnostics)
    return null
  }
  // The word stands in the label (PKCS#8) or in the Proc-Type header (RFC 1421; PKCS#1 and SEC1).
  if (block.text.includes('ENCRYPTED')) {
    const decrypt = `openssl pkey -in ${word} -out ${shellWord(`${file}.plain`)}`
    const remedy = `make an unencrypted copy that only the agent can read: (umask 077 && ${decrypt})`
    diagnostics.problem('key-file', `key-file ${file} is encrypted, and a daemon cannot ask for its passphrase`, remedy)
    return null
  }
  try {
    const object = createPrivateKey(block.text)
    const weakness = keyWeakness(object)
    if (weakness === null) return { pem: block.text, object }
    diagnostics.problem('key-file', `key-file ${file} is ${weakness}`, 'make a new key and have its certificate issued')
  } catch {
    const show = `look at it with: openssl pkey -in ${word} -noout -check`
    const text = `the private key of key-file ${file} is damaged or of an unknown kind (${block.label})`
    diagnostics.problem('key-file', text, show)
  }
  return null
}

function noteMissing(file: string, content: Buffer, blocks: readonly PemBlock[], diagnostics: TlsDiagnostics): void {
  const form = missingLineEnd(file, content) ?? wrongForm('private key', file, content, blocks)
  if (form !== null) {
    diagnostics.problem('key-file', `key-file ${file} ${form.flaw}`, form.remedy)
  } else if (blocks.some(({ label }) => isCertificateLabel(label))) {
    const text = `key-file ${file} holds a certificate and no private key`
    diagnostics.problem('key-file', text, 'name the file with the private key; cert-file and key-file may be swapped')
  } else {
    const text = `key-file ${file} holds no private key: ${describeForm(content, blocks)}`
    diagnostics.problem('key-file', text, `look at it with: head -1 ${shellWord(file)}`)
  }
}
