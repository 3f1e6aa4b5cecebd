// Daemons of Kea 3.2 and later behind the built program: their listeners refuse nearly every `service`, and no client
// ever hears of that, whatever it writes there itself.

import { readFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { Test } from 'tap'
import { run } from '../support/child.ts'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import { serviceRefusalText } from '../support/fake-kea32-command.ts'
import { FakeKea32Listener } from '../support/fake-kea32-listener.ts'
import { makeCertificates } from '../kea/certificates.ts'
import type { Program } from '../support/program.ts'
import { mainFile, startProgram } from '../support/program.ts'

interface Answer {
  readonly result: number
  readonly text: string
}

type Ask = (body: unknown, path?: string) => Promise<readonly Answer[]>

/** Kept connections, as many requests are sent. */
function asking(t: Test, { port }: Program): Ask {
  const agent = new http.Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  return (body, path = '/') =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(body)
      const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }
      const request = http.request({ agent, port, method: 'POST', headers, path }, (response) => {
        let answer = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk)).once('error', reject)
        response.once('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(answer) as Answer[])
          else reject(new Error(`${response.statusCode ?? 0}: ${answer}`))
        })
      })
      request.once('error', reject).end(text)
    })
}

interface Site {
  readonly program: Program
  readonly ask: Ask
  /** By service name; every one is a dhcp4, whatever it is called at the door. */
  readonly listeners: Readonly<Record<string, FakeKea32Listener>>
}

const library = path.resolve(import.meta.dirname, '../../config/handlers/daemon-summary.mjs')

/** A door before one daemon at its UNIX socket and four at listeners of their own. */
async function openSite(t: Test): Promise<Site> {
  const { ca, server, client } = await makeCertificates(t)
  const login = { user: 'door', password: 'up: stream' }
  const plain = { cert: readFileSync(server.cert), key: readFileSync(server.key) }
  const mutual = { ...plain, ca: readFileSync(ca), requestCert: true, rejectUnauthorized: true }
  const listeners = {
    'dhcp4-http': await FakeKea32Listener.listen(t),
    'dhcp4-https': await FakeKea32Listener.listen(t, { tls: plain }),
    'dhcp4-http-login': await FakeKea32Listener.listen(t, { login }),
    'dhcp4-https-login': await FakeKea32Listener.listen(t, { login, tls: mutual }),
  }
  const unix = await FakeDaemon.listen(answering('{ "result": 0, "text": "3.3.0" }'))
  t.teardown(() => unix.close())
  const https = { 'socket-type': 'https', 'trust-anchor': ca }
  const at = (name: keyof typeof listeners): { 'socket-port': number } => ({ 'socket-port': listeners[name].port })
  const sockets = {
    dhcp4: { 'socket-name': unix.path },
    'dhcp4-http': { 'socket-type': 'http', ...at('dhcp4-http') },
    'dhcp4-https': { ...https, ...at('dhcp4-https') },
    'dhcp4-http-login': { 'socket-type': 'http', ...login, ...at('dhcp4-http-login') },
    'dhcp4-https-login': {
      ...https, 'cert-file': client.cert, 'key-file': client.key, ...login, ...at('dhcp4-https-login'),
    },
  }
  const parameters = { services: Object.keys(sockets) }
  const program = await startProgram(t, { 'control-sockets': sockets, 'hooks-libraries': [{ library, parameters }] })
  return { program, listeners, ask: asking(t, program) }
}

/** No listener has refused anything. */
function nothingRefused(t: Test, { listeners }: Site): void {
  for (const [name, { serviceRefusals, errorStatuses }] of Object.entries(listeners)) {
    t.same({ name, serviceRefusals, errorStatuses }, { name, serviceRefusals: [], errorStatuses: [] })
  }
}

t.test('the listeners of Kea 3.2 answer whatever they are called at the door', async (t) => {
  const site = await openSite(t)
  const { ask, listeners, program } = site
  const command = 'version-get'
  const good = { result: 0, text: '3.3.0' }

  for (const service of Object.keys(listeners)) {
    t.match(await ask({ command, service: [service] }), [good], service)
    t.match(await ask({ command, service: ['dhcp4', service] }), [good, good], `dhcp4 and ${service}`)
    t.match(await ask({ command, service: [service, service] }), [good, good], `${service} twice`)
    t.match(await ask({ command }, `/${service}`), [good], 'by path')
    t.match(await ask({ command, service: [], arguments: { a: 1 } }, `/${service}/`), [good], 'by path, empty service')
    t.match(await ask({ command: 'nope', service: [service] }), [{ result: 2 }], 'other results pass')
  }
  const all = await ask({ command, service: ['dhcp4', ...Object.keys(listeners)] })
  t.match(all, [good, good, good, good, good], 'all of them')
  const [summary] = await ask({ command: 'daemon-summary' })
  t.match(summary, { result: 0, text: 'every daemon answers' }, 'asked by a handler module')
  nothingRefused(t, site)

  const sent = /^\{ "command": "[a-z-]+", "remote-address": "127\.0\.0\.1"(, "arguments": \{"a":1\})? \}$/
  for (const { requests } of Object.values(listeners)) {
    for (const { body } of requests) t.match(body, sent)
  }

  await t.test('and take arguments of many packets', async (t) => {
    const services = Object.keys(listeners)
    const answers = await ask({ command, service: services, arguments: { text: 'x'.repeat(1_000_000) } })
    t.match(answers, [good, good, good, good])
    nothingRefused(t, site)
  })

  await t.test('and answer the doctor', async (t) => {
    const found = await run(process.execPath, [mainFile, 'doctor', '-c', program.configFile], {
      env: { KEA_PIDFILE_DIR: program.directory },
    })
    for (const service of Object.keys(listeners)) {
      t.match(found.stdout, new RegExp(`^ok +control socket ${service}: https?:\\S+ answers, version 3\\.3\\.0$`, 'm'))
    }
    nothingRefused(t, site)
  })
})

t.test('whatever a client writes as service, it hears none of the refusals of a listener', async (t) => {
  const site = await openSite(t)
  const names = ['dhcp4', ...Object.keys(site.listeners)]
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names) },
    fc.constantFrom('', 'DHCP4', ' dhcp4-http', 'dhcp6', 'nowhere', '__proto__', '"', 'a"]}', '\\', '\u{1f600}'),
    fc.string(),
  )
  const odd = fc.oneof(
    { weight: 6, arbitrary: fc.array(name, { maxLength: 6 }) },
    name,
    fc.constantFrom<unknown>(null, true, 0, {}, [1], [null], [['dhcp4-http']], [{}]),
    fc.constantFrom<unknown>(['dhcp4-http', 1], { 'dhcp4-http': 1 }),
  )
  const paths = fc.constantFrom('/', ...names.map((each) => `/${each}`), '/nowhere')
  const ours = /^(no control socket is configured for service|'service' must be a list|\d)/
  const { failed, seed, counterexample, errorInstance } = await fc.check(
    fc.asyncProperty(odd, paths, async (service, path) => {
      const answers = await site.ask({ command: 'version-get', service }, path)
      for (const { text } of answers) {
        if (serviceRefusalText.test(text) || !ours.test(text)) throw new Error(text)
      }
      if (Array.isArray(service) && service.length > 0 && service.every((each) => typeof each === 'string')) {
        const known = service.filter((each) => names.includes(each)).length
        const good = answers.filter(({ result }) => result === 0).length
        if (answers.length !== service.length || good !== known) throw new Error(JSON.stringify(answers))
      }
    }),
    { numRuns: 500 },
  )
  t.notOk(failed, `seed ${seed}`, { counterexample, reason: String(errorInstance) })
  nothingRefused(t, site)
  t.ok(Object.values(site.listeners).every(({ requests }) => requests.length > 100), 'all of them were asked')
})
