// Makes one certificate revocation list at a time, good or bad as asked. For tests only.

import 'reflect-metadata'
import { X509Certificate } from 'node:crypto'
import { Extension, X509CrlGenerator } from '@peculiar/x509'
import { day, signingKey } from './certificate.ts'
import type { Identity } from './certificate.ts'

export interface RevocationListRequest {
  /** Certificates in PEM form. */
  readonly revoked?: readonly string[]
  /** An hour ago when left out. */
  readonly thisUpdate?: Date
  /** In seven days when left out. */
  readonly nextUpdate?: Date
  readonly digest?: 'SHA-1' | 'SHA-256'
  /** Whether it says that it holds changes only. */
  readonly delta?: boolean
  /** Whose key signs; the issuer's when left out. */
  readonly signer?: Identity
}

/** PEM. */
export async function makeRevocationList(issuer: Identity, request: RevocationListRequest = {}): Promise<string> {
  const list = await X509CrlGenerator.create({
    issuer: issuer.subject,
    thisUpdate: request.thisUpdate ?? new Date(Date.now() - day / 24),
    nextUpdate: request.nextUpdate ?? new Date(Date.now() + 7 * day),
    entries: (request.revoked ?? []).map((certificate) => ({
      serialNumber: new X509Certificate(certificate).serialNumber,
      revocationDate: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
    })),
    // deltaCRLIndicator of list 1 (RFC 5280 section 5.2.4).
    extensions: request.delta === true ? [new Extension('2.5.29.27', true, new Uint8Array([2, 1, 1]))] : [],
    ...(await signingKey((request.signer ?? issuer).keyPair, request.digest ?? 'SHA-256')),
  })
  // Its header says `CRL`, OpenSSL wants `X509 CRL`.
  return `${list.toString('pem').replaceAll(' CRL-----', ' X509 CRL-----').replaceAll('X509 X509', 'X509')}\n`
}
