// Recognizes files that hold the right thing in a form other than PEM, and gives the command that converts each.

import { derKind } from '../../x509/der-kind.ts'
import type { DerKind } from '../../x509/der-kind.ts'
import { describeContent, isPkcs7Label, lacksLineEnd } from '../../x509/pem.ts'
import type { PemBlock } from '../../x509/pem.ts'
import { shellWord } from './diagnostics.ts'

/** What a file should hold. */
export type Wanted = 'certificate' | 'private key' | 'revocation list'

export interface WrongForm {
  /** The end of a sentence that begins with the file. */
  readonly flaw: string
  /** The command that makes a file of the right form. */
  readonly remedy: string
}

/** For a file that does not hold what is wanted as PEM: the other form that it holds it in. null: there is none. */
export function wrongForm(
  wanted: Wanted,
  file: string,
  content: Buffer,
  blocks: readonly PemBlock[],
): WrongForm | null {
  const word = shellWord(file)
  const result = shellWord(`${file}.pem`)
  if (blocks.some(({ label }) => isPkcs7Label(label)) && wanted !== 'private key') {
    const remedy = convert(`pkcs7 -print_certs -in ${word} -out ${result}`)
    return { flaw: 'is a PKCS#7 file where certificates or lists themselves are needed', remedy }
  }
  const openSsh = blocks.find(({ label }) => label === 'OPENSSH PRIVATE KEY')
  if (openSsh !== undefined && wanted === 'private key') {
    return { flaw: "is in OpenSSH's own form", remedy: fromOpenSsh(openSsh, word, result) }
  }
  if (content[0] === 0xff && content[1] === 0xfe) {
    const remedy = `convert it with: (umask 077 && iconv -f UTF-16 -t UTF-8 ${word} >${result})`
    return { flaw: `holds no ${wanted}: ${describeContent(content, blocks)}`, remedy }
  }
  const kind = blocks.length > 0 ? null : derKind(content)
  const command = kind === null ? undefined : commands[wanted][kind]
  if (command === undefined) return null
  const legacy = kind === 'PKCS#12' && content.includes(RC2_40) ? ' -legacy' : ''
  const remedy = convert(`${command}${legacy} -in ${word} -out ${result}`, wanted === 'private key')
  return { flaw: `is a ${kind?.startsWith('PKCS') === true ? kind : 'DER'} file where PEM is needed`, remedy }
}

/** What is wrong if two PEM objects touch on one line, which OpenSSL does not read either. null: there are none. */
export function missingLineEnd(file: string, content: Buffer): WrongForm | null {
  if (!lacksLineEnd(content)) return null
  const remedy = `put one there with: sed -i 's/----------BEGIN /-----\\n-----BEGIN /g' ${shellWord(file)}`
  return { flaw: 'lacks a line end between two PEM objects (-----END ...----------BEGIN ...)', remedy }
}

/** Describes a file that holds nothing of use for a keyword: the labels of its PEM objects, or its binary form. */
export function describeForm(content: Buffer, blocks: readonly PemBlock[]): string {
  const kind = blocks.length > 0 ? null : derKind(content)
  if (kind === null) return describeContent(content, blocks)
  return kind === 'DER' ? 'it is a DER file of another kind, or damaged' : `it is a binary file with a ${kind}`
}

/** The sub-commands of openssl that convert each form. A form that is left out holds nothing of what is wanted. */
const commands: Readonly<Record<Wanted, Partial<Readonly<Record<DerKind, string>>>>> = {
  certificate: {
    certificate: 'x509 -inform DER',
    'PKCS#7': 'pkcs7 -inform DER -print_certs',
    'PKCS#12': 'pkcs12 -nokeys',
  },
  'private key': {
    'private key': 'pkey -inform DER',
    'encrypted private key': 'pkey -inform DER',
    'PKCS#12': 'pkcs12 -nocerts -nodes',
  },
  'revocation list': {
    'revocation list': 'crl -inform DER',
    'PKCS#7': 'pkcs7 -inform DER -print_certs',
  },
}

/**
 * The cipher of old PKCS#12 files (pbeWithSHA1And40BitRC2-CBC, RFC 7292 appendix C), which OpenSSL 3 reads only with
 * `-legacy`.
 */
const RC2_40 = Buffer.from('2a864886f70d010c0106', 'hex')

function convert(command: string, secret = false): string {
  return secret ? `convert it with: (umask 077 && openssl ${command})` : `convert it with: openssl ${command}`
}

/** `ssh-keygen` works in place, refuses a file that others may read, and writes PEM only for old kinds of keys. */
function fromOpenSsh({ text }: PemBlock, word: string, result: string): string {
  const body = Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64')
  if (body.includes('ssh-ed25519')) {
    const make = `(umask 077 && openssl genpkey -algorithm ED25519 -out ${result})`
    return `make a new key with: ${make}; and have its certificate issued for it`
  }
  return `convert a copy with: (umask 077 && cp ${word} ${result} && ssh-keygen -p -m PEM -N '' -f ${result})`
}
