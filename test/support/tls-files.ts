// A directory with test certificates of every kind, and what keagate says of configurations that name files in it.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import type { TlsConfig } from '../../src/config/types.ts'
import { loadCredentials } from '../../src/tls/files/credentials.ts'
import { TlsError } from '../../src/tls/files/diagnostics.ts'
import { scratchDirectory, tlsConfig } from './tls-server.ts'

export interface TlsFiles {
  readonly directory: string
  readonly file: (name: string) => string
  readonly read: (name: string) => string
  /** Writes a file that no certificate maker makes, and gives its path. */
  readonly write: (name: string, content: string) => string
  /** The problems of a configuration as lines, with the directory written as DIR. */
  readonly problems: (overrides: Partial<TlsConfig>) => string[]
  readonly warnings: (overrides: Partial<TlsConfig>) => string[]
}

export async function tlsFiles(owner: { teardown(step: () => unknown): void }): Promise<TlsFiles> {
  const directory = scratchDirectory(owner)
  await makeTestCertificates(directory, { everyKind: true })
  const file = (name: string): string => path.join(directory, name)
  const short = (line: string): string => line.replaceAll(directory, 'DIR')
  return {
    directory,
    file,
    read: (name) => readFileSync(file(name), 'latin1'),
    write(name, content) {
      writeFileSync(file(name), content, { encoding: 'latin1', mode: 0o600 })
      return file(name)
    },
    problems(overrides) {
      try {
        loadCredentials(tlsConfig(directory, overrides))
        return []
      } catch (error) {
        if (!(error instanceof TlsError)) throw error
        return error.problems.map(({ keyword, text, remedy }) => short(`${keyword}: ${text}; ${remedy}`))
      }
    },
    warnings: (overrides) => loadCredentials(tlsConfig(directory, overrides)).warnings.map(short),
  }
}
