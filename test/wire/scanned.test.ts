// The built program as a TLS scanner sees it, without a word on TLS in its configuration but the files.

import t from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { run } from '../support/child.ts'
import { executable, skipWithout } from '../kea/installed.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'

/** What is old, and whether a member may still be spoken. */
const versions = { SSLv2: 'disabled', SSLv3: 'disabled', 'TLSv1.0': 'disabled', 'TLSv1.1': 'disabled', 'TLSv1.2': 'enabled', 'TLSv1.3': 'enabled' }

for (const certRequired of [true, false]) {
  const mode = certRequired ? 'mutual' : 'server-authenticated'
  t.test(`sslscan finds nothing weak (${mode})`, { skip: skipWithout('sslscan') }, async (t) => {
    const directory = temporaryDirectory(t)
    await makeTestCertificates(directory)
    const { port } = await startProgram(t, {
      'trust-anchor': `${directory}/ca.crt`,
      'cert-file': `${directory}/server.crt`,
      'key-file': `${directory}/server.key`,
      'cert-required': certRequired,
    })
    const { stdout } = await run(executable('sslscan'), ['--no-colour', `127.0.0.1:${port}`])
    for (const [version, state] of Object.entries(versions)) t.match(stdout, new RegExp(`^${version} +${state}$`, 'm'))
    t.match(stdout, /^Session renegotiation not supported$/m)
    t.notMatch(stdout, /^TLSv\S+ vulnerable to heartbleed$/m)
    const ciphers = stdout.match(/^(?:Preferred|Accepted) +TLSv.*$/gm) ?? []
    t.ok(ciphers.length >= 6, stdout)
    for (const line of ciphers) t.match(line, / (?:TLS_(?:AES|CHACHA20)_\S+|ECDHE-\S+-(?:GCM|CHACHA20)-\S+) +Curve/)
    const groups = stdout.match(/^TLSv\S+ +\d+ bits +(?:x25519|secp\S+).*$/gm) ?? []
    t.ok(groups.length >= 3, stdout)
    for (const line of groups) t.match(line, / (?:128|192|256) bits /)
  })
}
