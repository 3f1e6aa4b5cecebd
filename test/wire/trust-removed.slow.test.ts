// The built program when a CA is taken out of its trust anchor: open connections of that CA's clients end with the
// answer under way, and nobody else notices anything.

import { renameSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { join } from 'node:path'
import tls from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import { makeIdentity } from '../../certs-test/certificate.ts'
import type { Identity } from '../../certs-test/certificate.ts'
import { FakeDaemon } from '../support/fake-daemon.ts'
import type { FakeConnection } from '../support/fake-daemon.ts'
import { RawClient, commandRequest } from '../support/raw-client.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'
import { SteadyLoad } from '../support/steady-load.ts'

const stays = await makeAuthority('CA that stays')
const goes = await makeAuthority('CA that goes')
const intermediate = await makeAuthority('intermediate CA', stays)
const server = await makeServer(stays)
const anna = await makeClient(stays, { commonName: 'anna' })
const berta = await makeClient(intermediate, { commonName: 'berta' })
const carl = await makeClient(goes, { commonName: 'carl' })

const pair = ({ certificate, key }: Identity, ...chain: readonly Identity[]): { cert: string; key: string } => {
  return { cert: certificate + chain.map((each) => each.certificate).join(''), key }
}

interface Door {
  readonly program: Program
  /** Has other CAs trusted, and waits until they are. */
  readonly trust: (...authorities: readonly Identity[]) => Promise<void>
}

/** How the agent gets to know of new trust anchors. */
type Way = 'files' | 'SIGHUP' | 'config-set'

async function open(t: Test, way: Way, settings: Record<string, unknown> = {}): Promise<Door> {
  const directory = temporaryDirectory(t)
  const file = (name: string, content: string): string => {
    writeFileSync(join(directory, `${name}.new`), content, { mode: 0o600 })
    renameSync(join(directory, `${name}.new`), join(directory, name))
    return join(directory, name)
  }
  const anchors = (...authorities: readonly Identity[]): string => file('ca.crt', authorities.map(({ certificate }) => certificate).join(''))
  const { tls: own = {}, ...rest } = settings
  const config = {
    'trust-anchor': anchors(stays, goes),
    'cert-file': file('server.crt', server.certificate),
    'key-file': file('server.key', server.key),
    tls: { 'reload-on-change': way === 'files', ...(own as object) },
    ...rest,
  }
  const program = await startProgram(t, config)
  let changes = 0
  return {
    program,
    async trust(...authorities) {
      anchors(...authorities)
      changes++
      if (way === 'SIGHUP') process.kill(program.pid, 'SIGHUP')
      if (way === 'config-set') {
        const agent = { 'http-port': program.port, ...config }
        const answer = await exchange(program.port, pair(anna), { command: 'config-set', arguments: { 'Control-agent': agent } })
        t.match(answer, { status: 200, body: /"result": 0/ })
      }
      const line = way === 'files' ? 'KEAGATE_TLS_FILES_TAKEN' : 'SERVICE_UPDATED'
      await program.waitFor(new RegExp(`(?:${line}(?:(?!${line})[^])*){${changes}}`))
    },
  }
}

async function connect(t: Test, port: number, options: tls.ConnectionOptions): Promise<RawClient> {
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
  socket.allowHalfOpen = true
  t.teardown(() => socket.destroy())
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  return new RawClient(socket)
}

/** One command over a connection of its own. */
function exchange(
  port: number,
  identity: tls.ConnectionOptions,
  command: unknown,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const options = {
      host: '127.0.0.1',
      port,
      method: 'POST',
      agent: false,
      rejectUnauthorized: false,
      headers,
      ...identity,
    }
    const request = https.request(options, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    request.on('error', reject).end(JSON.stringify(command))
  })
}

const version = { command: 'version-get' }
const reason = /the client certificate was not issued by a trusted CA: O=keagate test, CN=CA that goes; if that CA is foreign/
const refused = { status: 403, body: reason }

/** Resolves to what still came before the agent closed. It would close an idle connection after 30 s anyway. */
async function closedSoon(t: Test, client: RawClient, what: string): Promise<number[]> {
  const begun = performance.now()
  const answers = await client.rest()
  client.end()
  await client.closed
  t.ok(performance.now() - begun < 10_000, what)
  return answers.map(({ status }) => status)
}

const modes = {
  'certificates required, TLS 1.3': { tls: {} },
  'certificates required, TLS 1.2': { tls: { 'max-version': '1.2' } },
  'certificates verified if given': { 'cert-required': false, tls: { 'client-certificate': 'verify-if-given' } },
}

for (const [mode, settings] of Object.entries(modes)) {
  // Each mode once, each way once.
  for (const way of mode === 'certificates required, TLS 1.3' ? (['files', 'SIGHUP', 'config-set'] as const) : (['files'] as const)) {
    t.test(`${mode}, told by ${way}: connections of the CA that goes end, each in its way`, async (t) => {
      let hold: (connection: FakeConnection) => void = () => undefined
      const held = new Promise<FakeConnection>((resolve) => (hold = resolve))
      const daemon = await FakeDaemon.listen(async (connection) => {
        if ((await connection.command()).includes('held')) hold(connection)
      })
      t.teardown(() => daemon.close())
      const { program, trust } = await open(t, way, { 'control-sockets': { dhcp4: { 'socket-name': daemon.path } }, ...settings })
      const { port } = program
      const request = commandRequest('version-get')
      let ticket: Buffer | undefined
      const idle = await connect(t, port, pair(carl))
      if (idle.socket instanceof tls.TLSSocket) idle.socket.on('session', (session: Buffer) => (ticket = session))
      idle.send(request)
      t.match(await idle.answer(), { status: 200 })
      const silent = await connect(t, port, pair(carl))
      const halfway = await connect(t, port, pair(carl))
      halfway.send(request)
      t.match(await halfway.answer(), { status: 200 })
      await halfway.sent(request.slice(0, 30))
      // Answered behind the half of a request, which is then there.
      t.match(await exchange(port, pair(carl), version), { status: 200 })
      const busy = await connect(t, port, pair(carl))
      busy.send(commandRequest('held', [], '/dhcp4') + commandRequest('never'))
      const command = await held
      const others = await Promise.all(
        [pair(anna), pair(berta, intermediate)].map((identity) => connect(t, port, identity)),
      )
      for (const other of others) {
        other.send(request)
        t.match(await other.answer(), { status: 200 })
      }

      await trust(stays)
      t.same(await closedSoon(t, idle, 'idle'), [], 'an idle connection is closed without a word')
      t.same(await closedSoon(t, silent, 'silent'), [], 'one on which nothing ever came is too')
      halfway.send(request.slice(30))
      t.match(await halfway.rest(), [{ ...refused, headers: new Map([['connection', 'close']]) }], 'half of a request is told why')
      await command.write('{ "result": 0, "text": "late" }')
      command.end()
      const [answer, ...more] = await busy.rest()
      t.match(answer, { status: 200, body: /late/ }, 'a command under way is answered')
      t.equal(answer?.headers.get('connection'), 'close')
      t.same(more, [], 'and nothing behind it runs')
      t.match(await exchange(port, pair(carl), version), refused, 'a new connection')
      t.match(await exchange(port, { ...pair(carl), ...(ticket === undefined ? {} : { session: ticket }) }, version), refused, 'a ticket')
      for (const other of others) {
        other.send(request)
        t.match(await other.answer(), { status: 200 }, 'the others go on')
      }
      await program.waitFor(/KEAGATE_CLIENT_CERTIFICATE_REFUSED .*subject O=keagate test, CN=carl, issuer O=keagate test, CN=CA that goes/)
      t.equal(program.output().match(/KEAGATE_CLIENT_CERTIFICATE_REFUSED/g)?.length, 1, 'told once, the rest is counted')
      await trust(stays, goes)
      t.match(await exchange(port, pair(carl), version), { status: 200 }, 'it is welcome again')
    })
  }
}

t.test('a renewed CA ends nothing, one of the same name with another key does', async (t) => {
  const { program, trust } = await open(t, 'files')
  const client = await connect(t, program.port, pair(carl))
  const request = commandRequest('version-get')
  const another = await makeAuthority('another CA')
  const again = (key: Identity['keyPair'], issuer?: Identity): Promise<Identity> => makeIdentity({ commonName: 'CA that goes', ca: true, key }, issuer)
  const steps: readonly (readonly Identity[])[] = [
    [await again(goes.keyPair), stays],
    [await again(goes.keyPair, another), another, stays],
    [goes, another, stays],
    [stays, await again(goes.keyPair)],
  ]
  for (const authorities of steps) {
    client.send(request)
    t.match(await client.answer(), { status: 200 })
    await trust(...authorities)
  }
  client.send(request)
  t.match(await client.answer(), { status: 200 })
  t.notMatch(program.output(), 'KEAGATE_CLIENT_CERTIFICATE_REFUSED')
  await trust(stays, await makeAuthority('CA that goes'))
  t.same(await closedSoon(t, client, 'the same name'), [])
})

t.test('an intermediate CA that the client had sent still counts over a session that is resumed', async (t) => {
  const { program, trust } = await open(t, 'files')
  const identity = pair(berta, intermediate)
  const request = commandRequest('version-get')
  const first = await connect(t, program.port, identity)
  const ticket = new Promise<Buffer>((resolve) => first.socket.once('session', resolve))
  first.send(request)
  t.match(await first.answer(), { status: 200 })
  const resumed = await connect(t, program.port, { ...identity, session: await ticket })
  t.ok(resumed.socket instanceof tls.TLSSocket && resumed.socket.isSessionReused())
  resumed.send(request)
  t.match(await resumed.answer(), { status: 200 })
  await trust(stays)
  for (const client of [first, resumed]) {
    client.send(request)
    t.match(await client.answer(), { status: 200 }, 'another CA is gone')
  }
  await trust(goes)
  for (const client of [first, resumed]) t.same(await closedSoon(t, client, 'its own root is gone'), [])
})

t.test('an intermediate CA that stood in the trust anchor ends its clients with it', async (t) => {
  const { program, trust } = await open(t, 'files')
  await trust(stays, goes, intermediate)
  const client = await connect(t, program.port, pair(berta))
  client.send(commandRequest('version-get'))
  t.match(await client.answer(), { status: 200 })
  await trust(stays, goes)
  t.same(await closedSoon(t, client, 'the intermediate is gone'), [])
  t.match(await exchange(program.port, pair(berta), version), { status: 403, body: /CN=intermediate CA/ })
})

t.test('while one CA comes and goes under load, clients of the other lose nothing', async (t) => {
  const { program, trust } = await open(t, 'SIGHUP')
  const bodies = ['{ "command": "version-get" }']
  const load = (clients: number, identity: { cert: string; key: string }): SteadyLoad => {
    const made = new SteadyLoad({ port: program.port, clients, bodies, auth: 'nobody:asks', tls: { ...identity, rejectUnauthorized: false } })
    t.teardown(() => made.close())
    made.start()
    return made
  }
  const staying = [load(12, pair(anna)), load(4, pair(berta, intermediate))]
  const going = load(8, pair(carl))
  for (let round = 0; round < 20; round++) await trust(...(round % 2 === 0 ? [stays] : [stays, goes]))
  for (const each of [...staying, going]) await each.pause()
  t.same(staying.map(({ failures }) => failures), [[], []])
  t.same(staying.map(({ connections }) => connections), [12, 4], 'no connection is dropped')
  t.ok(going.connections > 8, 'the others connect again')
  t.same(going.failures.filter((failure) => !/^403 .*not issued by a trusted CA|ECONNRESET|socket hang up/.test(failure)), [])
  t.comment(`${staying.map(({ answered }) => answered).join(' + ')} answers; ${going.connections} connections of the CA that came and went`)
})
