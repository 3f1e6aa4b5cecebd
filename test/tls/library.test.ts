// What is said of the TLS library is what the library does.

import tls from 'node:tls'
import t from 'tap'
import { makeServer } from '../../certs-test/authority.ts'
import { TlsDiagnostics } from '../../src/tls/files/diagnostics.ts'
import { describeLibrary, tlsLibrary } from '../../src/tls/openssl-info.ts'
import { defaultProtocol, protocolOptions } from '../../src/tls/files/protocol.ts'

t.test('the library is named with its version, and its configuration file where there is one', (t) => {
  const library = tlsLibrary({ OPENSSL_CONF: '/etc/ssl/own.cnf' })
  t.equal(library.name, `OpenSSL ${process.versions.openssl}`)
  t.match(describeLibrary(library).join('\n'), 'OPENSSL_CONF /etc/ssl/own.cnf')
  t.match(describeLibrary(tlsLibrary({})).join('\n'), /^OpenSSL [\d.]+.*\nTLS 1\.2 and 1\.3, groups .*X25519, P-256.*\n.*RSA 2048/)
  t.match(describeLibrary({ ...library, fips: true, shared: true }), [/\(the system's\)$/, /TLS/, /RSA/, /^FIPS on/])
  t.end()
})

t.test('each version and group that is named can be spoken', async (t) => {
  const { certificate, key } = await makeServer(undefined)
  const { versions, groups } = tlsLibrary({})
  // TLS 1.2 lets a group do for the certificate as well.
  const rows = [...versions.map((version) => [version, 'P-256']), ...groups.map((group) => ['1.3', group])] as const
  for (const [version = '', ecdhCurve = ''] of rows) {
    const forced = { minVersion: `TLSv${version}`, maxVersion: `TLSv${version}`, ecdhCurve } as tls.SecureContextOptions
    const server = tls.createServer({ cert: certificate, key, ...forced })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const socket = tls.connect({ ...forced, port: port ?? 0, host: '127.0.0.1', rejectUnauthorized: false })
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
    t.equal(socket.getProtocol(), `TLSv${version}`, `TLS ${version} with ${ecdhCurve}`)
    socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
})

t.test('versions that the library cannot speak are refused when they are asked for, not at the first handshake', (t) => {
  const refused = (minVersion: '1.2' | '1.3', maxVersion: '1.2' | '1.3', versions: string[]): string[] => {
    const diagnostics = new TlsDiagnostics()
    protocolOptions({ ...defaultProtocol, minVersion, maxVersion }, diagnostics, versions)
    return diagnostics.problems.map(({ keyword, text }) => `${keyword}: ${text}`)
  }
  t.match(refused('1.3', '1.3', ['1.2']), [/^min-version: min-version 1\.3 and max-version 1\.3 leave no .* can do here: 1\.2$/])
  t.match(refused('1.2', '1.2', ['1.3']), [/can do here: 1\.3$/])
  t.match(refused('1.2', '1.3', []), [/can do here: none$/])
  t.same(refused('1.2', '1.3', ['1.3']), [])
  t.end()
})
