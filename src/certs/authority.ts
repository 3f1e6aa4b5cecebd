// The authority of a directory, with its name, key and validity, and the certificates that it issues.

import 'reflect-metadata'
import { X509Certificate, createPrivateKey, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { X509Certificate as ParsedCertificate } from '@peculiar/x509'
import type { JsonGeneralNames, JsonName, Name } from '@peculiar/x509'
import { day, makeKeyPair, makeSerial, signCertificate } from './certificate.ts'
import type { KeyKind, KeyPair } from './certificate.ts'
import { CA, certFile, keyFile } from './directory.ts'
import { BACKDATED, CA_DAYS, extensionsOf } from './profile.ts'
import { codeOf, reasonOf, certsError } from './error.ts'

export interface Authority {
  readonly name: JsonName | Name
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly notBefore: Date
  readonly notAfter: Date
  /** The time of this command. */
  readonly now: Date
}

export interface MadeCertificate {
  readonly cert: string
  readonly key: string
  readonly notAfter: Date
}

export interface LeafRequest {
  readonly name: string
  readonly use: 'server' | 'client'
  readonly names: JsonGeneralNames
  readonly days: number
  /** A key to keep, or the kind of a new one. */
  readonly key: KeyKind | KeyPair
}

/** Makes a new authority. @param label what the authority is for; cut so that it fits into a common name */
export async function makeAuthority(
  label: string,
  kind: KeyKind,
  now: Date,
): Promise<{ readonly authority: Authority; readonly files: MadeCertificate }> {
  // Two authorities of the same name would be mistaken for each other.
  const commonName = `${label.slice(0, 48)} CA ${randomBytes(4).toString('hex')}`
  const name: JsonName = [{ O: ['keagate'] }, { CN: [commonName] }]
  const { publicKey, privateKey } = await makeKeyPair(kind)
  const notBefore = new Date(now.getTime() - BACKDATED)
  const notAfter = new Date(now.getTime() + CA_DAYS * day)
  const extensions = await extensionsOf({ ca: true, pathLength: 0, publicKey, issuerKey: null })
  const request = { subject: name, publicKey, serial: makeSerial(), notBefore, notAfter, extensions }
  const cert = await signCertificate(request, { name, privateKey })
  const authority = { name, publicKey, privateKey, notBefore, notAfter, now }
  return { authority, files: { cert, key: pkcs8(privateKey), notAfter } }
}

/** @throws KeagateError (CERTS_REFUSED) for an authority that is missing, damaged or not valid now */
export function openAuthority(directory: string, now: Date): Authority {
  const cert = read(certFile(directory, CA))
  const certificate = parse(certFile(directory, CA), () => new X509Certificate(cert))
  const key = read(keyFile(directory, CA))
  const privateKey = parse(keyFile(directory, CA), () => createPrivateKey(key))
  if (!certificate.checkPrivateKey(privateKey)) {
    const text = `${keyFile(directory, CA)} does not belong to ${certFile(directory, CA)}`
    throw certsError(text, 'restore both from one copy')
  }
  const notBefore = new Date(certificate.validFrom)
  const notAfter = new Date(certificate.validTo)
  if (now < notBefore) {
    const text = `this machine's clock says ${now.toISOString()}, but the CA is valid only from ${notBefore.toISOString()}`
    throw certsError(text, 'set the clock')
  }
  if (now >= notAfter) {
    const text = `the CA expired on ${notAfter.toISOString()}`
    throw certsError(text, `make a new one with: keagate certs init ${directory} --force`)
  }
  const name = new ParsedCertificate(cert).subjectName
  return { name, publicKey: certificate.publicKey, privateKey, notBefore, notAfter, now }
}

/** Issues a certificate. It expires with the authority at the latest. */
export async function issue(authority: Authority, request: LeafRequest): Promise<MadeCertificate> {
  const { publicKey, privateKey } = typeof request.key === 'object' ? request.key : await makeKeyPair(request.key)
  const notAfter = endOf(authority, request.days)
  const cert = await signCertificate(
    {
      subject: [{ CN: [request.name] }],
      publicKey,
      serial: makeSerial(),
      notBefore: new Date(Math.max(authority.now.getTime() - BACKDATED, authority.notBefore.getTime())),
      notAfter,
      extensions: await extensionsOf({
        ca: false,
        usages: [request.use === 'server' ? 'serverAuth' : 'clientAuth'],
        ...(request.names.length === 0 ? {} : { names: request.names }),
        publicKey,
        issuerKey: authority.publicKey,
      }),
    },
    authority,
  )
  return { cert, key: pkcs8(privateKey), notAfter }
}

/** That many days from now, but not after the end of the authority. */
export function endOf(authority: Authority, days: number): Date {
  return new Date(Math.min(authority.now.getTime() + days * day, authority.notAfter.getTime()))
}

function pkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function parse<Result>(file: string, as: () => Result): Result {
  try {
    return as()
  } catch (error) {
    throw certsError(`${file} is damaged`, 'restore it from a copy', error)
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const remedy =
      codeOf(error) === 'EACCES' ? 'run this as its owner' : 'name the directory of your authority with --dir DIR'
    throw certsError(`${file} cannot be read: ${reasonOf(error)}`, remedy, error)
  }
}
