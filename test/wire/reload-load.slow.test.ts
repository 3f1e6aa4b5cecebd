// Two hundred changes of the configuration under a steady load: nobody notices but by what was changed.

import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tls from 'node:tls'
import { X509Certificate } from 'node:crypto'
import t from 'tap'
import type { Test } from 'tap'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import { FakeDaemon, answering } from '../support/fake-daemon.ts'
import { startProgram } from '../support/program.ts'
import type { Program } from '../support/program.ts'
import { SteadyLoad, openDescriptors, residentMemory } from '../support/steady-load.ts'

const reloads = 200
const auth = 'load:s3cret'
const bodies = ['{ "command": "version-get" }', '{ "command": "list-commands", "service": [ "dhcp4" ] }']

/** A heap this small does not survive a leak of configurations. */
const env = { NODE_OPTIONS: '--max-old-space-size=64' }

t.test('200 SIGHUPs with 32 clients at work drop no connection and fail no request', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const program = await startProgram(t, agentConfig(0, daemon), { env })
  const load = new SteadyLoad({ port: program.port, clients: 32, bodies, auth })
  t.teardown(() => load.close())
  await reloadUnder(t, program, load, (generation) => {
    writeConfig(program, { ...agentConfig(generation, daemon), ...logTo(program, generation) })
  })
})

t.test('nor do 200 that each bring a new certificate, which the very next connection sees', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const authority = await makeAuthority('reload')
  const client = await makeClient(authority)
  const folder = t.testdir({ 'ca.crt': authority.certificate })
  const renew = async (): Promise<string> => {
    const { certificate, key } = await makeServer(authority)
    replace(join(folder, 'server.key'), key)
    replace(join(folder, 'server.crt'), certificate)
    return new X509Certificate(certificate).fingerprint256
  }
  const files = {
    'trust-anchor': join(folder, 'ca.crt'),
    'cert-file': join(folder, 'server.crt'),
    'key-file': join(folder, 'server.key'),
  }
  await renew()
  const program = await startProgram(t, { ...agentConfig(0, daemon), ...files }, { env })
  const identity = { ca: authority.certificate, cert: client.certificate, key: client.key }
  const load = new SteadyLoad({ port: program.port, clients: 32, bodies, auth, tls: identity })
  t.teardown(() => load.close())
  let newest = ''
  await reloadUnder(
    t,
    program,
    load,
    async (generation) => {
      newest = await renew()
      writeConfig(program, { ...agentConfig(generation, daemon), ...files, ...logTo(program, generation) })
    },
    async () => {
      const seen = await fingerprint(program.port, identity)
      return seen === newest ? null : `${seen} in place of ${newest}`
    },
  )
})

/**
 * Reloads again and again while the load goes on.
 * @param change writes the next configuration
 * @param check what is wrong once it is in force, or null
 */
async function reloadUnder(
  t: Test,
  program: Program,
  load: SteadyLoad,
  change: (generation: number) => unknown,
  check: () => Promise<string | null> = () => Promise.resolve(null),
): Promise<void> {
  const reload = async (generation: number): Promise<void> => {
    await change(generation)
    process.kill(program.pid, 'SIGHUP')
    await program.waitFor(new RegExp(`services dhcp4, generation-${generation},`))
  }
  // The first one switches logging of commands off and opens the log file.
  await reload(0)
  await load.once()
  const descriptors = openDescriptors(program.pid)
  const memory: number[] = []
  const faults: string[] = []
  load.start()
  for (let generation = 1; generation <= reloads; generation++) {
    await reload(generation)
    const fault = await check()
    if (fault !== null) faults.push(`generation ${generation}: ${fault}`)
    if (generation % 50 === 0) memory.push(residentMemory(program.pid))
  }
  await load.pause()
  t.same(load.failures, [], 'no request fails')
  t.same(faults, [], 'what a reload brings is there at once')
  t.equal(load.connections, 32, 'no connection is dropped')
  t.ok(load.answered > reloads, 'the load goes on all the while')
  t.equal(await settled(() => openDescriptors(program.pid), descriptors), descriptors, 'no descriptor leaks')
  const [early = 0, , , late = 0] = memory
  t.ok(late < early + 40, `memory is flat: ${memory.join(', ')} MiB after 50, 100, 150, 200 reloads`)
  t.comment(`${load.answered} answers, ${descriptors} descriptors, ${memory.join(', ')} MiB`)
}

/** What a configuration has that differs from the one before: a service, a header, a user, a limit. */
function agentConfig(generation: number, daemon: FakeDaemon): Record<string, unknown> {
  const socket = { 'socket-type': 'unix', 'socket-name': daemon.path, limits: { 'max-in-flight': 4 } }
  const clients = [
    { user: 'load', password: 's3cret' },
    { user: `user-${generation}`, password: 'other' },
  ]
  return {
    comment: `generation ${generation}`,
    authentication: { type: 'basic', clients },
    'control-sockets': { dhcp4: socket, [`generation-${generation}`]: socket },
    'http-headers': [{ name: 'X-Generation', value: String(generation) }],
    'http-limits': { 'max-connections': 100 + generation },
  }
}

/** Commands are not logged, what is said of the configuration is, and each reload has another log file. */
function logTo(program: Program, generation: number): Record<string, unknown> {
  const file = join(program.directory, `agent-${generation % 2}.log`)
  return {
    loggers: [
      { name: 'kea-ctrl-agent', severity: 'WARN', 'output-options': [{ output: 'stdout' }, { output: file }] },
      { name: 'kea-ctrl-agent.dctl', severity: 'INFO' },
    ],
  }
}

function writeConfig(program: Program, agent: Record<string, unknown>): void {
  const text = JSON.stringify({ 'Control-agent': { 'http-port': program.port, ...agent } })
  replace(program.configFile, text)
}

/** As careful programs replace files: whoever reads sees the old or the new one. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** The certificate that a new connection is shown. */
function fingerprint(port: number, identity: tls.ConnectionOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port, ...identity }, () => {
      resolve(socket.getPeerCertificate().fingerprint256)
      socket.end()
    })
    socket.on('error', reject)
  })
}

/** Asks until the answer is the wanted one, as connections take a moment to close; at last whatever it is. */
async function settled(ask: () => number, wanted: number): Promise<number> {
  for (let round = 0; round < 200 && ask() !== wanted; round++) await new Promise((resolve) => setTimeout(resolve, 10))
  return ask()
}
