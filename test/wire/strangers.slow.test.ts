// The built program before strangers who make up certificates to do it harm: it goes on, in bounded memory.

import 'reflect-metadata'
import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import { Extension, SubjectAlternativeNameExtension } from '@peculiar/x509'
import t from 'tap'
import type { Test } from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { makeKeyPair } from '../../certs-test/certificate.ts'
import { day, signCertificate } from '../../src/certs/certificate.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'

const name = [{ CN: ['x'] }]

/** Signed by itself, as anybody can. */
async function stranger(extension: Extension): Promise<tls.SecureContext> {
  const { publicKey, privateKey } = makeKeyPair('P-256')
  const dates = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) }
  const request = { subject: name, publicKey, serial: '01', extensions: [extension], ...dates }
  const cert = await signCertificate(request, { name, privateKey })
  return tls.createSecureContext({ cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }), ca: [] })
}

async function start(t: Test): Promise<Program> {
  const files = await makeTestCertificates(temporaryDirectory(t))
  return startProgram(t, {
    'trust-anchor': files.caFile,
    'cert-file': files.serverCertFile,
    'key-file': files.serverKeyFile,
  })
}

/** What the program says to a client that sends a request, until it closes. */
function knock(port: number, secureContext: tls.SecureContext): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, secureContext })
    socket.once('secureConnect', () => socket.write('POST / HTTP/1.1\r\n\r\n'))
    socket.on('error', (error: Error) => (said += error.message))
    socket.setEncoding('latin1').on('data', (text: string) => (said += text))
    socket.once('close', () => resolve(said))
  })
}

t.test('alternative names that are no sound DER end nobody but their client', async (t) => {
  const { port } = await start(t)
  const malformed = await stranger(new Extension('2.5.29.17', false, new Uint8Array([0x30, 3, 2, 1, 1])))
  for (let visit = 0; visit < 3; visit++) t.match(await knock(port, malformed), /^HTTP\/1.1 403 /)
})

t.test('certificates with thousands of names do not add up', { skip: process.platform !== 'linux' }, async (t) => {
  const { port, pid } = await start(t)
  const names = Array.from({ length: 4000 }, (_, index) => ({ type: 'dns', value: `h${index}.x` }) as const)
  const huge = await stranger(new SubjectAlternativeNameExtension(names))
  t.match(await knock(port, huge), /^HTTP\/1.1 403 /)
  // Each takes half a megabyte of what the garbage collector does not see.
  await Promise.all([1, 2].map(async () => {
    for (let visit = 0; visit < 500; visit++) await knock(port, huge)
  }))
  const highest = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  t.comment(`at most ${highest.toFixed()} MiB`)
  t.ok(highest < 300)
})
