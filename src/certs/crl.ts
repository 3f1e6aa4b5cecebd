// The list of revoked certificates, in the PEM form that OpenSSL and Node read.

import 'reflect-metadata'
import { readFileSync } from 'node:fs'
import { AuthorityKeyIdentifierExtension, Extension, X509Crl } from '@peculiar/x509'
import { endOf } from './authority.ts'
import type { Authority } from './authority.ts'
import { signCrl, spki } from './certificate.ts'
import { PUBLIC, replaceFile } from './durable-file.ts'
import { crlFile } from './directory.ts'
import { codeOf, certsError } from './error.ts'
import { CRL_DAYS } from './profile.ts'

export interface Revocation {
  /** Lower-case hex. */
  readonly serial: string
  readonly date: Date
}

export interface RevocationList {
  readonly number: bigint
  readonly revoked: readonly Revocation[]
  readonly nextUpdate: Date
}

const CRL_NUMBER = '2.5.29.20'

/**
 * @throws KeagateError (CERTS_REFUSED) for a list that is missing or damaged: an empty one in its place would make
 * revoked certificates valid again
 */
export function readCrl(directory: string): RevocationList {
  const file = crlFile(directory)
  try {
    const body = readFileSync(file, 'utf8').replace(/-----(BEGIN|END) X509 CRL-----|\s/g, '')
    const crl = new X509Crl(Buffer.from(body, 'base64'))
    const number = crl.extensions.find(({ type }) => type === CRL_NUMBER)
    return {
      number: number === undefined ? 0n : integer(Buffer.from(number.value)),
      revoked: crl.entries.map((entry) => ({ serial: entry.serialNumber.toLowerCase(), date: entry.revocationDate })),
      nextUpdate: crl.nextUpdate ?? crl.thisUpdate,
    }
  } catch (error) {
    const what = codeOf(error) === 'ENOENT' ? 'is missing' : 'cannot be read as a revocation list'
    throw certsError(`${file} ${what}`, 'restore it from a copy: without it revoked certificates would count again', error)
  }
}

/**
 * Signs a list and replaces the present one.
 * @returns until when the new one is valid
 */
export async function writeCrl(
  directory: string,
  list: Pick<RevocationList, 'number' | 'revoked'>,
  authority: Authority,
): Promise<Date> {
  const nextUpdate = endOf(authority, CRL_DAYS)
  const extensions = [
    await AuthorityKeyIdentifierExtension.create(spki(authority.publicKey)),
    new Extension(CRL_NUMBER, false, integerDer(list.number)),
  ]
  const pem = await signCrl({ thisUpdate: authority.now, nextUpdate, revoked: list.revoked, extensions }, authority)
  replaceFile(crlFile(directory), pem, PUBLIC)
  return nextUpdate
}

/** A small number, not negative, as DER. */
function integerDer(number: bigint): Uint8Array<ArrayBuffer> {
  const hex = number.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  const bytes = Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex')
  return new Uint8Array([0x02, bytes.length, ...bytes])
}

function integer(der: Buffer): bigint {
  return BigInt(`0x${der.subarray(2).toString('hex')}`)
}
