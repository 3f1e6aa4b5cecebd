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

/** The bytes that Windows programs write before UTF-8, read as Latin-1. */
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

/** The certificates of PEM objects in their order, or the number, from 1, of the first object that is damaged. */
export function parseCertificates(blocks: readonly PemBlock[]): X509Certificate[] | number {
  return atOnce(certificateWork(blocks))
}

/** The same in steps: to parse all certificates that an operating system trusts takes tens of milliseconds. */
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

/** The certificates among the PEM objects of a file; empty where one of them is damaged. */
export function* certificatesIn(content: Buffer): Sliced<readonly X509Certificate[]> {
  const found = yield* certificateWork(pemBlocks(content).filter(({ label }) => isCertificateLabel(label)))
  return typeof found === 'number' ? [] : found
}

/** Whether a label is one of PKCS#7: certificates or revocation lists in a signed structure (`.p7b`). */
export function isPkcs7Label(label: string): boolean {
  return label === 'PKCS7' || label === 'PKCS #7 SIGNED DATA' || label === 'CMS'
}

/**
 * Whether two PEM objects share a line, as when a file that ends without a line end is joined with another one.
 */
export function lacksLineEnd(content: Buffer): boolean {
  return content.includes('----------BEGIN ')
}

/** Describes a file without the expected PEM objects: by the labels that it has, or why it has none. */
export function describeContent(content: Buffer, blocks: readonly PemBlock[]): string {
  if (blocks.length > 0) return `it holds ${[...new Set(blocks.map(({ label }) => label))].join(', ')}`
  if (content.length === 0) return 'it is empty'
  if (content[0] === 0xff && content[1] === 0xfe) return 'it is text in UTF-16'
  return content.includes('-----BEGIN ') ? 'its PEM object is cut off' : 'it holds no PEM object'
}
