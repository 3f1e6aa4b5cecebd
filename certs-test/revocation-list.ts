// Makes one certificate revocation list at a time, good or bad as asked. For tests only.

import 'reflect-metadata'
import { X509Certificate } from 'node:crypto'
import { Extension } from '@peculiar/x509'
import { signCrl } from '../src/certs/certificate.ts'
import type { Digest } from '../src/certs/certificate.ts'
import { day } from './certificate.ts'
import type { Identity } from './certificate.ts'

export interface RevocationListRequest {
  /** Certificates in PEM form. */
  readonly revoked?: readonly string[]
  /** An hour ago when left out. */
  readonly thisUpdate?: Date
  /** In seven days when left out. */
  readonly nextUpdate?: Date
  readonly digest?: Digest
  /** Whether it says that it holds changes only. */
  readonly delta?: boolean
  /** Whose key signs; the issuer's when left out. */
  readonly signer?: Identity
}

/** PEM. */
export async function makeRevocationList(issuer: Identity, request: RevocationListRequest = {}): Promise<string> {
  const { revoked = [], thisUpdate, nextUpdate, digest, delta = false, signer = issuer } = request
  const date = new Date(Date.UTC(2026, 0, 2, 3, 4, 5))
  return signCrl(
    {
      thisUpdate: thisUpdate ?? new Date(Date.now() - day / 24),
      nextUpdate: nextUpdate ?? new Date(Date.now() + 7 * day),
      revoked: revoked.map((certificate) => ({ serial: new X509Certificate(certificate).serialNumber, date })),
      // deltaCRLIndicator of list 1 (RFC 5280 section 5.2.4).
      extensions: delta ? [new Extension('2.5.29.27', true, new Uint8Array([2, 1, 1]))] : [],
    },
    { name: issuer.subject, privateKey: signer.keyPair.privateKey },
    digest,
  )
}
