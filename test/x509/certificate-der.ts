// Certificates with any name at all, byte by byte: makers of certificates write names as they should be.

import { randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** Tag, length and content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  const short = bytes.subarray(bytes.findIndex((byte) => byte !== 0))
  return Buffer.concat([Buffer.from([tag, 0x80 | short.length]), short, content])
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)

/** An object identifier from its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt)
  const base128 = (value: bigint): number[] => {
    const bytes = [Number(value % 128n)]
    for (let left = value / 128n; left > 0n; left /= 128n) bytes.unshift(Number(left % 128n) | 0x80)
    return bytes
  }
  return der(0x06, Buffer.from([first * 40n + second, ...rest].flatMap(base128)))
}

const tags = { utf8: 0x0c, printable: 0x13, teletex: 0x14, ia5: 0x16, universal: 0x1c, bmp: 0x1e } as const

export type StringType = keyof typeof tags

const encodings: Readonly<Record<StringType, (text: string) => Buffer>> = {
  utf8: (text) => Buffer.from(text),
  printable: (text) => Buffer.from(text, 'latin1'),
  teletex: (text) => Buffer.from(text, 'latin1'),
  ia5: (text) => Buffer.from(text, 'latin1'),
  bmp: (text) => Buffer.from(text, 'utf16le').swap16(),
  universal: (text) => Buffer.concat(Array.from(text, (character) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(character.codePointAt(0) ?? 0)
    return bytes
  })),
}

const types = { CN: '2.5.4.3', O: '2.5.4.10', OU: '2.5.4.11', C: '2.5.4.6', UID: '0.9.2342.19200300.100.1.1' } as const

/** An attribute type with its value: characters in a string type (UTF8String when left out), or a whole DER element. */
export type Attribute = readonly [type: string, value: string | Buffer, stringType?: StringType]

/** Attributes that share one relative name are written in the order given; DER would have them sorted. */
export type NameRequest = readonly (readonly Attribute[])[]

export function nameDer(name: NameRequest): Buffer {
  return sequence(...name.map((attributes) => der(0x31, ...attributes.map(([type, value, stringType = 'utf8']) => {
    const identifier = objectIdentifier(Object.hasOwn(types, type) ? types[type as keyof typeof types] : type)
    const element = typeof value === 'string' ? der(tags[stringType], encodings[stringType](value)) : value
    return sequence(identifier, element)
  }))))
}

export interface DerCertificateRequest {
  /** DER of names. */
  readonly subject: Buffer
  readonly issuer: Buffer
  readonly publicKey: KeyObject
  /** An EC key; left out, the signature is made up. */
  readonly privateKey?: KeyObject
  /** DER of the extensions of an end-entity certificate; none when left out. */
  readonly extensions?: readonly Buffer[]
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))

/** Good for an hour before and after now. */
export function certificateDer({
  subject,
  issuer,
  publicKey,
  privateKey,
  extensions = [],
}: DerCertificateRequest): Buffer {
  const time = (offset: number): Buffer => {
    const text = new Date(Date.now() + offset)
      .toISOString()
      .replace(/[-:T]|\.\d+/g, '')
      .slice(2)
    return der(0x17, Buffer.from(text))
  }
  const hour = 3_600_000
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    ecdsaWithSha256,
    issuer,
    sequence(time(-hour), time(hour)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  )
  const signature =
    privateKey === undefined
      ? sequence(der(0x02, Buffer.from([1])), der(0x02, Buffer.from([1])))
      : sign('sha256', toBeSigned, privateKey)
  return sequence(toBeSigned, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
}

export function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
