// Authorities with keys that WebCrypto cannot sign with, made by the `openssl` command.

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

/** PEM files of an authority on a curve, and of a server on the loopback below it whose key is on P-256. */
export interface OddAuthority {
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
}

/** @param folder for the files. @param curve by OpenSSL's name */
export function makeOddAuthority(folder: string, curve: string): OddAuthority {
  const file = (name: string): string => path.join(folder, `${curve}-${name}`)
  const openssl = (...words: readonly string[]): unknown => execFileSync('openssl', words, { stdio: 'ignore' })
  const newKey = (name: string, on: string): readonly string[] => {
    return ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${on}`, '-nodes', '-keyout', file(name)]
  }
  const [caFile, certFile, keyFile] = [file('ca.crt'), file('server.crt'), file('server.key')]
  const isCa = ['-addext', 'basicConstraints=critical,CA:TRUE']
  openssl('req', '-x509', ...newKey('ca.key', curve), '-out', caFile, '-subj', `/CN=CA ${curve}`, '-days', '30', ...isCa)
  openssl('req', ...newKey('server.key', 'P-256'), '-out', file('request'), '-subj', '/CN=localhost')
  writeFileSync(file('extensions'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n')
  const by = ['-CA', caFile, '-CAkey', file('ca.key'), '-CAcreateserial', '-extfile', file('extensions')]
  openssl('x509', '-req', '-in', file('request'), ...by, '-out', certFile, '-days', '20')
  return { caFile, certFile, keyFile }
}
