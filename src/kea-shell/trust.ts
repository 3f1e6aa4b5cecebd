// Reads the TLS files that `kea-shell` is given.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { KeagateError } from '../errors.ts'
import { atOnce } from '../in-slices.ts'
import { crashingAuthorities } from '../tls/crashing-authorities.ts'
import { certificatesIn } from '../x509/pem.ts'
import type { ShellOptions } from './options.ts'

export interface TlsFiles {
  readonly ca: readonly Buffer[]
  readonly cert?: Buffer
  readonly key?: Buffer
}

/**
 * @throws the system's error for a file that cannot be read; KeagateError TLS_UNUSABLE for a CA that would end the
 * process
 */
export function readTlsFiles({ ca, cert, key }: ShellOptions): TlsFiles {
  const files = statSync(ca).isDirectory() ? hashed(ca) : [ca]
  const own = cert === '' ? {} : { cert: readFileSync(cert), key: readFileSync(key) }
  const trusted = files.map((file) => readFileSync(file))
  const [refused] = trusted.flatMap((content) => crashingAuthorities(ca, atOnce(certificatesIn(content))))
  if (refused !== undefined) throw new KeagateError('TLS_UNUSABLE', `${refused.text}; ${refused.remedy}`)
  return { ca: trusted, ...own }
}

/** The files that OpenSSL reads from a folder: those that are named by a hash. */
function hashed(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name)).map((name) => path.join(folder, name))
}
