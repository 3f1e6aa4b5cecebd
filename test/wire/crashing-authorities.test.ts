// A CA on a curve that Node.js 23 and later cannot convert: the built program goes on without it, and its clients
// refuse it.

import { spawn } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { FakeHttpDaemon, replying } from '../support/fake-http-daemon.ts'
import { skipWithout } from '../kea/installed.ts'
import { makeOddAuthority } from '../support/odd-authority.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'

const skip = Number.parseInt(process.versions.node, 10) >= 23 ? skipWithout('openssl') : 'this Node.js can convert it'
const flaw = /has a key on the curve brainpoolP256r1, on which Node\.js [\d.]+ would end this process/

const folder = temporaryDirectory(t)

interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Runs a program to its end. */
function run(words: readonly string[], program = mainFile): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })))
}

const { caFile: anchor, certFile, keyFile } = makeOddAuthority(folder, 'brainpoolP256r1')

async function daemonBelow(t: Parameters<typeof startProgram>[0]): Promise<FakeHttpDaemon> {
  return FakeHttpDaemon.listen(t, replying('[ { "result": 0 } ]'), { cert: readFileSync(certFile), key: readFileSync(keyFile) })
}

function socketTo({ port }: FakeHttpDaemon): Record<string, unknown> {
  return { 'socket-type': 'https', 'socket-address': '127.0.0.1', 'socket-port': port, 'trust-anchor': anchor }
}

t.test('the door starts without it, and says what is wrong', { skip }, async (t) => {
  const daemon = await daemonBelow(t)
  const program = await startProgram(t, { 'control-sockets': { dhcp4: socketTo(daemon) } })
  t.match(program.output(), new RegExp(`WARN .*KEAGATE_TLS_FILE_WARNING .*${flaw.source}, so it is not trusted; use a CA`))
  const ask = async (body: unknown): Promise<unknown> => {
    const headers = { 'Content-Type': 'application/json' }
    const response = await fetch(`http://127.0.0.1:${program.port}/`, { method: 'POST', headers, body: JSON.stringify(body) })
    return response.json()
  }
  t.match(await ask({ command: 'x', service: ['dhcp4'] }), [{ result: 1, text: /was not issued by a trusted CA|self-signed/ }])
  const other = { 'http-port': program.port, 'control-sockets': { d2: socketTo(daemon) } }
  t.match(await ask({ command: 'config-test', arguments: { 'Control-agent': other } }), [{ result: 1, text: flaw }])
  t.match(await ask({ command: 'config-set', arguments: { 'Control-agent': other } }), [{ result: 0 }], 'as it is in use')
  t.equal(daemon.requests.length, 0)
  t.match(await run(['-t', program.configFile]), { code: 1, output: new RegExp(`conf:\\d+:\\d+: .*${flaw.source}`) })
})

t.test('the clients refuse it', { skip }, async (t) => {
  const { port } = await daemonBelow(t)
  const url = `https://127.0.0.1:${port}/`
  t.match(await run(['ask', '--url', url, '--ca', anchor, 'list-commands']), { code: 2, output: flaw })
  t.match(await run(['doctor', '--client', '--ca', anchor, url]), { output: flaw })
  const shell = ['--host', '127.0.0.1', '--port', String(port), '--ca', anchor, 'list-commands']
  const link = path.join(folder, 'kea-shell')
  symlinkSync(mainFile, link)
  t.match(await run(shell, link), { code: 1, output: flaw })
})
