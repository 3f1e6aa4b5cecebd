// What arrives over the network may name any file as certificate, key, user or password, as with kea-ctrl-agent. What
// is said of such a file never shows what is in it.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadConfigText } from '../../src/config/load.ts'
import { withPositions } from '../../src/reload/resource-errors.ts'
import { loadCredentials } from '../../src/tls/files/credentials.ts'

const contents: Readonly<Record<string, string>> = {
  'a line': 'Heron-fragment\n',
  'several lines': 'root:x:0:0:Heron-fragment:/root:/bin/sh\ndaemon:x:1:1:Heron-fragment:/:/bin/false\n',
  'a certificate that is none': '-----BEGIN CERTIFICATE-----\nHeron-fragment\n-----END CERTIFICATE-----\n',
  'a key that is none': '-----BEGIN PRIVATE KEY-----\nHeron-fragment\n-----END PRIVATE KEY-----\n',
  'another object': '-----BEGIN Heron-fragment-----\nAAAA\n-----END Heron-fragment-----\n',
  'an open object': 'Heron-fragment -----BEGIN CERTIFICATE----- Heron-fragment',
  'bytes': '\u0000\u0001Heron-fragment\u00ff',
  'a configuration': '{ "Control-agent": { "Heron-fragment": 1 } }',
}

const tlsKeywords = ['trust-anchor', 'cert-file', 'key-file'] as const

/** Everything that config-test would say of it. */
function sayings(agent: Record<string, unknown>): string {
  const options = { dialect: 'command', env: {}, pathChecks: true, current: null } as const
  try {
    const loaded = loadConfigText('arguments', JSON.stringify({ 'Control-agent': agent }), options)
    const warnings = loaded.warnings.map(({ text, remedy }) => `${text} ${remedy ?? ''}`)
    try {
      return [...warnings, ...(loaded.config.tls === null ? [] : loadCredentials(loaded.config.tls).warnings)].join('\n')
    } catch (error) {
      return String(withPositions(error, loaded))
    }
  } catch (error) {
    return String(error)
  }
}

t.test('no text shows a part of a file', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'any')
  for (const [kind, content] of Object.entries(contents)) {
    writeFileSync(file, content, { mode: 0o604 })
    const names = Object.fromEntries(tlsKeywords.map((key) => [key, file]))
    const said = [sayings(names), sayings({ ...names, 'cert-required': false, tls: { 'crl-file': file } })]
    for (const client of [{ 'user-file': file }, { user: 'a', 'password-file': file }, { 'password-file': file }]) {
      said.push(sayings({ authentication: { clients: [client] } }))
    }
    t.match(said[0], /arguments:1:\d+: trust-anchor/, kind)
    for (const text of said) t.notMatch(text, /heron|fragment/i, kind)
  }
})
