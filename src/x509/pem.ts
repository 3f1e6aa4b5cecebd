// Finds the PEM objects of a file (RFC 7468).

import { X509Certificate } from 'node:crypto'
import { atOnce } from '../in-slices.ts'
import type { Sliced } from '../in-slices.ts'

export interface PemBlock {
  /** As in `-----BEGIN LABEL-----`. */
  readonly label: string
  /** The whole block with both its lines, ending in a line end. */
  readonly text: string
}

/** What Windows puts before UTF-8, as Latin-1 shows it. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf'

/** All complete PEM objects of a file. As OpenSSL does, text around them and byte order marks are ignored. */
export function pemBlocks(content: Buffer): PemBlock[] {
  const blocks: PemBlock[] = []
  let label: string | null = null
  let lines: string[] = []
  for (const whole of content.toString('latin1').split('\n')) {
    const line = whole.startsWith(BYTE_ORDER_MARK) ? whole.slice(BYTE_ORDER_MARK.length) : whole
    const boundary = /^-----(BEGIN|END) ([A-Z0-9 ]+)-----\s*$/.exec(line)
    if (boundary?.[1] === 'BEGIN') {
      label = boundary[2] ?? ''
      lines = []
    }
    if (label === null) continue
    lines.push(line.trimEnd())
    if (boundary?.[1] === 'END') {
      if (boundary[2] === label) blocks.push({ label, text: `${lines.join('\n')}\n` })
      label = null
    }
  }
  return blocks
}

export function isCertificateLabel(label: string): boolean {
  return label === 'CERTIFICATE' || label === 'X509 CERTIFICATE' || label === 'TRUSTED CERTIFICATE'
}

export function isPrivateKeyLabel(label: string): boolean {
  return label.endsWith('PRIVATE KEY')
}

export function isCrlLabel(label: string): boolean {
  return label === 'X509 CRL' || label === 'CRL'
}

/** The bytes between the lines of a PEM object. */
export function pemContent({ text }: PemBlock): Buffer {
  return Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64')
}

/** The certificates of PEM objects in their order, or the number of the first that is damaged, from 1. */
export function parseCertificates(blocks: readonly PemBlock[]): X509Certificate[] | number {
  return atOnce(certificateWork(blocks))
}

/** The same in steps: all those that an operating system trusts take tens of milliseconds. */
export function* certificateWork(blocks: readonly PemBlock[]): Sliced<X509Certificate[] | number> {
  const certificates: X509Certificate[] = []
  for (const { text } of blocks) {
    yield
    try {
      certificates.push(new X509Certificate(text))
    } catch {
      return certificates.length + 1
    }
  }
  return certificates
}

/** The certificates among everything that a file holds; none where one of them is damaged. */
export function* certificatesIn(content: Buffer): Sliced<readonly X509Certificate[]> {
  const found = yield* certificateWork(pemBlocks(content).filter(({ label }) => isCertificateLabel(label)))
  return typeof found === 'number' ? [] : found
}

/** Of what OpenSSL calls PKCS#7: certificates or revocation lists in one signed wrapping (`.p7b`). */
export function isPkcs7Label(label: string): boolean {
  return label === 'PKCS7' || label === 'PKCS #7 SIGNED DATA' || label === 'CMS'
}

/**
 * Whether two PEM objects stand on one line, as when the first file ends without a line end and another is appended.
 */
export function lacksLineEnd(content: Buffer): boolean {
  return content.includes('----------BEGIN ')
}

/** How a file that holds PEM objects of other kinds can be described: its labels, or that there are none. */
export function describeContent(content: Buffer, blocks: readonly PemBlock[]): string {
  if (blocks.length > 0) return `it holds ${[...new Set(blocks.map(({ label }) => label))].join(', ')}`
  if (content.length === 0) return 'it is empty'
  if (content[0] === 0xff && content[1] === 0xfe) return 'it is text in UTF-16'
  return content.includes('-----BEGIN ') ? 'its PEM object is cut off' : 'it holds no PEM object'
}
