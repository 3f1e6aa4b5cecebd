// CA certificates that lie in a trust directory and do not count, because the directory has hash links and none of them
// leads there: what is left when somebody adds a CA and forgets to renew the links.

import { readdirSync } from 'node:fs'
import path from 'node:path'
import { kindOf } from '../tls/directory.ts'
import { shellWord } from '../tls/findings.ts'
import { certificateName } from '../tls/peer.ts'
import { certificatesIn } from '../tls/pem.ts'
import { tlsFile } from '../tls/tls-file.ts'
import type { Finding } from './finding.ts'
import { problem } from './finding.ts'

/** Files that are looked at; no directory that is taken has more. */
const mostFiles = 1000

/**
 * @param anchor the trust anchor, which could be read; a file has nothing to be found
 * @param trusted fingerprints of what was taken from it
 */
export function examineTrustDirectory(anchor: string, trusted: ReadonlySet<string>): readonly Finding[] {
  if (kindOf(anchor) !== 'directory') return []
  const files = readdirSync(anchor).sort().map((entry) => path.join(anchor, entry)).filter((file) => kindOf(file) === 'file')
  return files.slice(0, mostFiles).flatMap((file) => {
    const content = tlsFile(file)
    const certificates = typeof content === 'string' ? [] : certificatesIn(content.bytes)
    const unknown = certificates.find(({ fingerprint256 }) => !trusted.has(fingerprint256))
    if (unknown === undefined) return []
    const text = `${file} (${certificateName(unknown.subject)}) does not count, because no hash link leads to it`
    return [problem('warning', 'trust-anchor', text, `renew the links with: openssl rehash ${shellWord(anchor)}`)]
  })
}
