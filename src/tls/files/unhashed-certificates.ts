// CA certificates that lie in a trust directory and do not count, because the directory has hash links and none of them
// leads to the certificate. This happens when a CA is added and the links are not renewed.

import type { X509Certificate } from 'node:crypto'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { Sliced } from '../../in-slices.ts'
import { MAX_DIRECTORY_BYTES, MAX_FILES, kindOf } from './directory.ts'
import type { TlsDiagnostics } from './diagnostics.ts'
import { shellWord } from './diagnostics.ts'
import { subjectName } from '../../x509/certificate-info.ts'
import { certificatesIn } from '../../x509/pem.ts'
import { tlsFile } from './tls-file.ts'

/**
 * Warns of each file with such a certificate.
 * @param directory one with hash links, which could be read
 * @param trusted what was taken from it
 */
export function* warnUnhashedCertificates(
  directory: string,
  trusted: readonly X509Certificate[],
  diagnostics: TlsDiagnostics,
): Sliced<void> {
  const known = new Set(trusted.map(({ fingerprint256 }) => fingerprint256))
  const files = readdirSync(directory).sort().map((entry) => path.join(directory, entry))
  let size = 0
  for (const file of files.filter((name) => kindOf(name) === 'file').slice(0, MAX_FILES)) {
    const content = tlsFile(file)
    if ('reason' in content) continue
    size += content.bytes.length
    if (size > MAX_DIRECTORY_BYTES) return
    const found = yield* certificatesIn(content.bytes)
    const unknown = found.find(({ fingerprint256 }) => !known.has(fingerprint256))
    if (unknown === undefined) continue
    const text = `${file} (${subjectName(unknown)}) does not count, because no hash link leads to it`
    diagnostics.warning(text, `renew the links with: openssl rehash ${shellWord(directory)}`)
  }
}
