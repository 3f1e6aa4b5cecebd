// Names that hide characters, on the built program: from a stranger's certificate, a login, a command or a
// configuration. None reaches a log, a record, an answer, a page or a terminal as it is.

import 'reflect-metadata'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import t from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { makeKeyPair } from '../../certs-test/certificate.ts'
import { day, signCertificate } from '../../src/certs/certificate.ts'
import { escapeForLog } from '../../src/log/escape.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'

const deceptive =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u00a0\u00ad\u061c\u1680\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3000\ufeff]/

const trojan = 'ad\u202emin\u0085\u009b2J\u2028\u2029\u200b\u2060\ufeff\u00a0\u3000\u2066\u200e\u061c'

/** Signed by itself, as anybody can. */
async function stranger(): Promise<{ cert: string; key: string }> {
  const { publicKey, privateKey } = makeKeyPair('P-256')
  const subject = [{ CN: [trojan] }]
  const dates = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) }
  const cert = await signCertificate({ subject, publicKey, serial: '01', extensions: [], ...dates }, { name: subject, privateKey })
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

t.test('nothing that a client names is shown as it is', async (t) => {
  const directory = temporaryDirectory(t)
  const files = await makeTestCertificates(directory)
  const output = path.join(directory, 'audit.json')
  const log = path.join(directory, 'log.json')
  const outputs = [{ output: 'stdout' }, { output: log, format: 'json' }]
  const program = await startProgram(t, {
    'trust-anchor': files.caFile, 'cert-file': files.serverCertFile, 'key-file': files.serverKeyFile,
    authentication: { type: 'basic', clients: [{ user: 'anna', password: 'right' }] },
    'audit-log': { output, arguments: true },
    loggers: [{ name: 'kea-ctrl-agent', severity: 'DEBUG', debuglevel: 99, 'output-options': outputs }],
  })
  const own = { cert: readFileSync(files.clientCertFile), key: readFileSync(files.clientKeyFile) }
  const send = (pair: object, user: string, body: unknown): Promise<string> => new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/json', 'User-Agent': 'x\u0085\u00a0',
      Authorization: `Basic ${Buffer.from(`${user}:right`).toString('base64')}`,
    }
    const options = { port: program.port, method: 'POST', headers, rejectUnauthorized: false, agent: false, ...pair } as const
    https.request(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.once('end', () => resolve(text))
    }).once('error', reject).end(JSON.stringify(body))
  })
  const answers = [
    await send(await stranger(), 'anna', { command: 'version-get' }),
    await send(own, trojan, { command: 'version-get' }),
    await send(own, 'anna', { command: trojan, arguments: { [trojan]: trojan } }),
    await send(own, 'anna', { command: 'version-get', service: [trojan] }),
    await send(own, 'anna', { command: 'config-test', arguments: { 'Control-agent': { [trojan]: 1, 'http-host': trojan } } }),
    await send(own, 'anna', {
      command: 'config-set', arguments: { 'Control-agent': { 'key-file': `/${trojan}\nforged`, 'cert-file': '/x', 'trust-anchor': '/y' } },
    }),
  ]
  await program.stop('SIGTERM')
  t.match(answers[0], /^\{ "result": 403, .*not issued by a trusted CA/)
  t.match(answers[2], /result": 2/)
  const audit = readFileSync(output, 'utf8')
  for (const text of [...answers, audit, readFileSync(log, 'utf8'), program.output()]) t.notMatch(text, deceptive)
  const records = audit.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  t.equal(records[1]?.['attempted-user'], trojan, 'in JSON the meaning stays')
  t.match(records[2], { command: trojan, arguments: { [trojan]: trojan } })
  t.match(program.output(), /NOT_AUTHORIZED .*attempted user ad\\u202emin\\x85\\x9b2J\\u2028\\u2029\\u200b\\u2060/)
})

t.test('nor by the commands of keagate', async (t) => {
  const directory = temporaryDirectory(t)
  const file = path.join(directory, 'a.conf')
  writeFileSync(file, JSON.stringify({ 'Control-agent': {
    [trojan]: 1, loggers: [{ name: trojan, severity: trojan }], 'control-sockets': { [trojan]: {} },
  } }))
  const roles = path.join(directory, 'roles.conf')
  writeFileSync(roles, JSON.stringify({ 'Control-agent': {
    'access-control': { 'assign-role-method': 'remote-address', roles: [], 'unknown-role': { name: trojan, 'accept-commands': 'READ' } },
  } }))
  for (const words of [
    ['-t', file], ['-c', file], ['-c', `/${trojan}`], [trojan], ['doctor', '-c', file], ['doctor', '--json', '-c', file],
    ['doctor', trojan], ['health', '-c', `/${trojan}`], ['health', `--${trojan}`], ['schema', trojan], ['certs', trojan],
    ['certs', 'list', '--dir', `/${trojan}`], ['certs', 'revoke', trojan], ['access', '-c', file], ['access', '-c', `/${trojan}`],
    ['access', '-c', roles, trojan, trojan], ['access', '-c', roles, '--user', trojan], ['doctor', '--client', `http://${trojan}/`],
  ]) {
    const env = { ...process.env, KEA_PIDFILE_DIR: directory }
    const { stdout, stderr } = spawnSync(process.execPath, [mainFile, ...words], { encoding: 'utf8', env, timeout: 60_000 })
    const line = escapeForLog(words.join(' '))
    t.ok(`${stdout}${stderr}`.length > 0, line)
    t.notMatch(stdout, deceptive, line)
    t.notMatch(stderr, deceptive, line)
  }
})
