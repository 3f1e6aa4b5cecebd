// TLS files of control sockets on the built program: taken when they change, with no command lost, and named before
// they end; so are the certificates that daemons show.

import { renameSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { TLSSocket } from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import { day } from '../../certs-test/certificate.ts'
import type { Identity } from '../../certs-test/certificate.ts'
import { FakeHttpDaemon, replying } from '../support/fake-http-daemon.ts'
import type { HttpScript } from '../support/fake-http-daemon.ts'
import { freePort, startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'

const ca = await makeAuthority('daemons CA')
const soon = { notBefore: new Date(Date.now() - 300 * day), notAfter: new Date(Date.now() + 10.5 * day) }
const server = await makeServer(ca)

interface Setting {
  readonly file: (name: string) => string
  /** Replaces a certificate and its key as an operator would. */
  readonly put: (name: string, identity: Identity) => void
  readonly daemon: FakeHttpDaemon
  /** The names of the certificates that it was shown. */
  readonly clients: ReadonlySet<string>
  readonly program: Program
  readonly monitoring: number
}

async function start(t: Test, { client, shown = server }: { client: Identity; shown?: Identity }): Promise<Setting> {
  const directory = temporaryDirectory(t)
  const file = (name: string): string => path.join(directory, name)
  const put = (name: string, identity: Identity): void => {
    for (const [kind, text] of [['key', identity.key], ['crt', identity.certificate]] as const) {
      writeFileSync(file('new'), text, { mode: 0o600 })
      renameSync(file('new'), file(`${name}.${kind}`))
    }
  }
  writeFileSync(file('ca.crt'), ca.certificate)
  put('client', client)
  const clients = new Set<string>()
  const script: HttpScript = (socket, request) => {
    if (socket instanceof TLSSocket) clients.add(socket.getPeerX509Certificate()?.subject ?? '')
    return replying('[ { "result": 0 } ]')(socket, request)
  }
  const daemon = await FakeHttpDaemon.listen(t, script, {
    cert: shown.certificate, key: shown.key, ca: [ca.certificate], requestCert: true, rejectUnauthorized: true,
  })
  const monitoring = await freePort()
  const program = await startProgram(t, {
    monitoring: { 'http-port': monitoring },
    'control-sockets': { dhcp4: {
      'socket-type': 'https', 'socket-address': '127.0.0.1', 'socket-port': daemon.port,
      'trust-anchor': file('ca.crt'), 'cert-file': file('client.crt'), 'key-file': file('client.key'),
    } },
  })
  return { file, put, daemon, clients, program, monitoring }
}

/** The result of one command. */
function ask({ port }: Program, agent: http.Agent): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' }
    const request = http.request({ host: '127.0.0.1', port, method: 'POST', headers, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.once('end', () => resolve((JSON.parse(text) as readonly { readonly result: unknown }[])[0]?.result))
    })
    request.once('error', reject)
    request.end('{ "command": "config-get", "service": [ "dhcp4" ] }')
  })
}

async function metrics(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
}

/** Eight clients ask from now on. @returns ends them: the results of all their commands */
function startLoad(t: Test, program: Program): () => Promise<readonly unknown[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  t.teardown(() => agent.destroy())
  const results: unknown[] = []
  let over = false
  const clients = Array.from({ length: 8 }, async () => {
    while (!over) results.push(await ask(program, agent))
  })
  return async () => {
    over = true
    await Promise.all(clients)
    return results
  }
}

/** Once so many changes of the TLS files have been taken, and a hundred commands have gone through since. */
async function changesTaken({ daemon, program }: Setting, count: number): Promise<void> {
  await program.waitFor(new RegExp(`(TLS_FILES_TAKEN [^\n]*in force for dhcp4[^]*){${count}}`))
  await daemon.received(daemon.requests.length + 100)
}

t.test('certificates are replaced under load, and no command fails', async (t) => {
  const setting = await start(t, { client: await makeClient(ca, { commonName: 'first' }) })
  const endLoad = startLoad(t, setting.program)
  await setting.daemon.received(50)
  for (const [index, commonName] of ['second', 'third'].entries()) {
    setting.put('client', await makeClient(ca, { commonName }))
    await changesTaken(setting, index + 1)
  }
  const results = await endLoad()
  t.ok(results.length > 200, `${results.length} commands`)
  t.same(results.filter((result) => result !== 0), [])
  t.same([...setting.clients].map((subject) => /CN=(.*)/.exec(subject)?.[1]), ['first', 'second', 'third'])
})

t.test('a daemon moves to another CA under load, and no command fails', async (t) => {
  const setting = await start(t, { client: await makeClient(ca, { commonName: 'ours' }) })
  const { daemon, program, monitoring } = setting
  const trust = (...authorities: readonly Identity[]): void => {
    writeFileSync(setting.file('new'), authorities.map(({ certificate }) => certificate).join(''))
    renameSync(setting.file('new'), setting.file('ca.crt'))
  }
  const other = await makeAuthority('other CA')
  const moved = await makeServer(other, { commonName: 'moved' })
  const endLoad = startLoad(t, program)
  await daemon.received(50)
  trust(ca, other)
  await changesTaken(setting, 1)
  daemon.changeCertificate({ cert: moved.certificate, key: moved.key, ca: [ca.certificate] })
  trust(other)
  await changesTaken(setting, 2)
  const results = await endLoad()
  t.ok(results.length > 200, `${results.length} commands`)
  t.same(results.filter((result) => result !== 0), [])
  t.match(await metrics(monitoring), /^keagate_daemon_certificate_expiry_timestamp_seconds\{service="dhcp4",subject="[^"]*CN=moved"\}/m)
})

t.test('half-written files leave those before in force, and are named once', async (t) => {
  const setting = await start(t, { client: await makeClient(ca, { commonName: 'first' }) })
  const { program, file } = setting
  const agent = new http.Agent()
  const renewed = await makeClient(ca, { commonName: 'renewed' })
  writeFileSync(file('client.crt'), renewed.certificate.slice(0, 300))
  await program.waitFor(/KEAGATE_TLS_FILES_NOT_TAKEN .*client\.crt/)
  t.equal(await ask(program, agent), 0)
  writeFileSync(file('client.key'), renewed.key, { mode: 0o600 })
  writeFileSync(file('client.crt'), renewed.certificate)
  await program.waitFor(/KEAGATE_CONTROL_SOCKET_TLS_FILES_TAKEN/)
  t.equal(await ask(program, agent), 0)
  t.equal(program.output().match(/KEAGATE_TLS_FILES_NOT_TAKEN/g)?.length, 1)
  t.match(await metrics(setting.monitoring), /keagate_tls_reloads_total\{result="taken"\} 1/)
})

t.test('what ends soon is named before: our certificate and that of the daemon', async (t) => {
  const { program, monitoring } = await start(t, {
    client: await makeClient(ca, { commonName: 'ours', ...soon }),
    shown: await makeServer(ca, { commonName: 'theirs', ...soon }),
  })
  t.equal(await ask(program, new http.Agent()), 0)
  await program.waitFor(/KEAGATE_TLS_FILE_WARNING .*CN=ours in cert-file .*client\.crt expires in 10 days, on /)
  await program.waitFor(/KEAGATE_TLS_FILE_WARNING .*CN=theirs of the daemon at https:\/\/127\.0\.0\.1:\d+\/ expires in 10 days, on .*renew it at the daemon/)
  const text = await metrics(monitoring)
  t.match(text, /^keagate_certificate_expiry_timestamp_seconds\{kind="certificate",keyword="cert-file",subject="[^"]*CN=ours".*client\.crt"\} \d+/m)
  t.match(text, /^keagate_daemon_certificate_expiry_timestamp_seconds\{service="dhcp4",subject="[^"]*CN=theirs"\} \d+/m)
  t.match(await (await fetch(`http://127.0.0.1:${monitoring}/`)).text(), /CN=theirs.*<span class="warn">10<\/span>/s)
})
