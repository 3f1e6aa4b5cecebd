// Throw-away certificates for one test file: the authority's, the agent's and a client's, and on request bad ones.

import path from 'node:path'
import { makeTestCertificates, testCertificateFiles } from '../../certs-test/authority.ts'
import type { Owner } from '../support/child.ts'
import { temporaryDirectory } from '../support/program.ts'

/** File names of a certificate and its key. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

export interface Certificates {
  readonly directory: string
  readonly ca: string
  readonly server: Pair
  readonly client: Pair
}

/** Makes the certificates; they are removed when the owner's test ends. */
export async function makeCertificates(owner: Owner, everyKind = false): Promise<Certificates> {
  const directory = temporaryDirectory(owner)
  await makeTestCertificates(directory, { everyKind })
  const files = testCertificateFiles(directory)
  return {
    directory,
    ca: files.caFile,
    server: { cert: files.serverCertFile, key: files.serverKeyFile },
    client: { cert: files.clientCertFile, key: files.clientKeyFile },
  }
}

/** One of the bad or unusual kinds, such as `client-expired`. */
export function kind(certificates: Certificates, name: string): Pair {
  return {
    cert: path.join(certificates.directory, `${name}.crt`),
    key: path.join(certificates.directory, `${name}.key`),
  }
}
