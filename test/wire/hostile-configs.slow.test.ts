// Two hundred configurations made to keep the agent busy, tested and put in force while others send small commands.

import { spawnSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import type { HostileConfig } from '../config/hostile/configs.ts'
import { hostileConfigs } from '../config/hostile/configs.ts'
import type { Program } from '../support/program.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'
import { Pinger } from '../support/pinger.ts'
import type { Wait } from '../support/pinger.ts'

t.setTimeout(900_000)

/**
 * Milliseconds that the agent may work while a command waits; on an idle machine it is a tenth of it, and the figures
 * are printed. By the clock a wait is as long as others keep the machine busy.
 */
const longest: Wait = { clock: 10_000, work: 500 }

/** A header that every answer has while the configuration of the file is in force. */
const mark = { name: 'X-From-File', value: 'yes' }

interface Told {
  readonly result: number
  readonly text: string
}

async function prepared(t: Test): Promise<{ program: Program; configs: readonly HostileConfig[] }> {
  const folder = temporaryDirectory(t)
  writeFileSync(path.join(folder, 'password'), 'secret\n')
  writeFileSync(path.join(folder, 'module.mjs'), 'export const load = () => ({ commands: {} })\n')
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '30', '-subj', '/CN=localhost']
  t.equal(spawnSync('openssl', request).status, 0)
  copyFileSync(cert, path.join(folder, 'ca.pem'))
  const env = { KEA_CONTROL_SOCKET_DIR: folder, KEA_LOG_FILE_DIR: folder, KEA_HOOKS_PATH: folder }
  const program = await startProgram(t, (port) => {
    return JSON.stringify({ 'Control-agent': { 'http-port': port, 'http-headers': [mark], comment: 'from the file' } })
  }, { env })
  return { program, configs: hostileConfigs({ port: program.port, folder }, Number(process.env['SEED'] ?? 1)) }
}

function ask(port: number, command: string, args = '{}'): Promise<Told> {
  const headers = { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const where = { host: '127.0.0.1', port, method: 'POST', headers, agent: false, maxHeaderSize: 1_048_576 }
    const request = http.request(where, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.once('end', () => {
        // Whoever has set a user has to send it from then on.
        const [told] = response.statusCode === 200 ? (JSON.parse(body) as [Partial<Told>]) : [{ text: body }]
        resolve({ result: told.result ?? -1, text: told.text ?? '' })
      })
    })
    request.once('error', reject)
    request.end(`{"command":"${command}","arguments":${args}}`)
  })
}

/** Pings over a kept connection and over new ones while something is done; the longest waits of both. */
class Watch {
  readonly #pingers: readonly Pinger[]
  readonly waits: (Wait & { readonly name: string })[] = []

  constructor(program: Program) {
    this.#pingers = [new Pinger(program, true), new Pinger(program, false)]
    for (const pinger of this.#pingers) pinger.start()
  }

  async note(name: string): Promise<void> {
    for (const pinger of this.#pingers) this.waits.push({ name, ...(await pinger.takeWorst()) })
  }

  /** Whether the configuration of the file is in force. */
  get fromFile(): boolean {
    return this.#pingers.every(({ headers }) => headers[mark.name.toLowerCase()] === mark.value)
  }

  async stop(): Promise<void> {
    for (const pinger of this.#pingers) await pinger.stop()
  }

  get tooLong(): readonly Wait[] {
    return this.waits.filter(({ clock, work }) => clock > longest.clock || work > longest.work)
  }

  /** The longest waits of each kind of command, for people: by the clock, and of work in the agent meanwhile. */
  get worst(): readonly string[] {
    const kindOf = (name: string): string => /^(20 of|\S+)/.exec(name)?.[0] ?? name
    return [...new Set(this.waits.map(({ name }) => kindOf(name)))].map((kind) => {
      const waits = this.waits.filter(({ name }) => kindOf(name) === kind)
      const by = (key: 'clock' | 'work'): string => {
        const order = waits.toSorted((one, other) => other[key] - one[key])
        return order.slice(0, 3).map((wait) => `${wait.name} ${wait[key].toFixed(0)}`).join(', ')
      }
      return `milliseconds waited for ${kind}: ${by('clock')}; of work in the agent meanwhile: ${by('work')}`
    })
  }
}

t.test('while they are tested, and put in force where they are right, no client waits long', async (t) => {
  const { program, configs } = await prepared(t)
  t.equal(configs.length, 200)
  const watch = new Watch(program)
  await watch.note('nothing')
  let inForce = 0
  for (const { name, text } of configs) {
    const { result, text: said } = await ask(program.port, 'config-test', text)
    await watch.note(`config-test ${name}`)
    if (result !== 0) {
      t.not(said, '', name)
      continue
    }
    const set = await ask(program.port, 'config-set', text)
    await watch.note(`config-set ${name}`)
    // 5: it cannot be put in force here, as another protocol needs another port.
    t.ok([0, 5].includes(set.result), `${name}: ${set.text}`)
    if (set.result !== 0) continue
    inForce++
    // Some of these keep everybody out from now on.
    for (const command of ['config-get', 'config-hash-get']) await ask(program.port, command)
    await ask(program.port, 'config-write', '{ "filename": "written.conf" }')
    await watch.note(`config-get and config-write of ${name}`)
    process.kill(program.pid, 'SIGHUP')
    while (!watch.fromFile) await setTimeout(5)
    await watch.note(`reload after ${name}`)
  }
  await watch.stop()
  t.ok(inForce > 40, `${inForce} were put in force`)
  for (const line of watch.worst) t.comment(line)
  t.same(watch.tooLong, [])
  t.equal(await program.stop(), 0)
})

t.test('twenty of them at once take turns, and others with them', async (t) => {
  const { program, configs } = await prepared(t)
  const watch = new Watch(program)
  for (const name of ['names 0', 'scattered 0', 'small 0', 'mistakes 0', 'users 15']) {
    const text = configs.find((config) => config.name === name)?.text ?? ''
    const told = await Promise.all(Array.from({ length: 20 }, () => ask(program.port, 'config-test', text)))
    await watch.note(`20 of ${name}`)
    const refused = told.filter(({ text }) => text.includes('are waiting already'))
    t.ok(refused.length <= 4, `${name}: ${refused.length} were not taken`)
  }
  await watch.stop()
  for (const line of watch.worst) t.comment(line)
  t.same(watch.tooLong, [])
  t.equal(await program.stop(), 0)
})
