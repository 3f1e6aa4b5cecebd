// Every configuration under fixtures through the built program, once as `-t` takes it and once by starting: bad ones
// are refused in the same words; good ones start, survive config-get, config-set and config-write, and start again.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import t from 'tap'
import { makeAuthority, makeServer } from '../../certs-test/authority.ts'
import { makeRevocationList } from '../../certs-test/revocation-list.ts'
import { buildDriver } from '../support/built.ts'
import { run } from '../support/child.ts'
import { badFixtures } from '../config/bad-fixtures.ts'
import { goodFixtures } from '../config/good-fixtures.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'

const repository = resolve(import.meta.dirname, '../..')
const folder = resolve(import.meta.dirname, '../fixtures/config')

/** What became of one file. */
interface Course {
  /** The exit code of `-t`, and what it said on standard error. */
  readonly code: number
  readonly said: string
  readonly life: Life | null
}

interface Life {
  /** Why it did not start. */
  readonly error?: string
  /** What config-get shows: at first, after config-set of that, and after a start from what config-write wrote. */
  readonly shown?: readonly string[]
  readonly outcomes?: readonly { readonly ok: boolean; readonly text?: string }[]
}

/** One process for all files: a new one for each would take minutes. */
const driver = `
  import fs from 'node:fs'
  import path from 'node:path'
  import { checkConfigFile } from 'keagate-src/reload/check-config.ts'
  import { Agent } from 'keagate-src/app/agent.ts'
  import { describeError } from 'keagate-src/errors.ts'
  import { rawToString } from 'keagate-src/json/raw.ts'
  import { Logging } from 'keagate-src/log/logger.ts'
  const [list, out] = process.argv.slice(-2)
  const openLogging = () => new Logging({ debug: false, earlyDestination: 'stderr' })

  async function check(file) {
    const write = process.stderr.write
    let said = ''
    process.stderr.write = (text) => (said += text, true)
    const code = await checkConfigFile({ file, debug: false, pathChecks: true }, openLogging(), process.env)
    process.stderr.write = write
    return { code, said }
  }

  async function live(file, use) {
    const logging = openLogging()
    const agent = new Agent({ file, pathChecks: true, env: process.env, logging })
    try {
      await agent.start()
    } catch (error) {
      return { error: describeError(error) }
    }
    const result = await use(agent)
    agent.shutdown(0)
    await agent.finished
    await logging.close()
    return result
  }

  async function wholeLife(file) {
    const written = path.join(path.dirname(file), 'written.conf')
    fs.rmSync(written, { force: true })
    const life = await live(file, async (agent) => {
      const before = await agent.configGet()
      const outcomes = [await agent.configSet(before), await agent.configWrite('written.conf')]
      return { outcomes, shown: [rawToString(before), rawToString(await agent.configGet())] }
    })
    if (life.error !== undefined) return life
    const again = await live(written, async (agent) => ({ shown: [rawToString(await agent.configGet())] }))
    return again.error === undefined ? { ...life, shown: [...life.shown, ...again.shown] } : again
  }

  const courses = {}
  for (const { name, file, start } of JSON.parse(fs.readFileSync(list, 'utf8'))) {
    courses[name] = { ...(await check(file)), life: start ? await wholeLife(file) : null }
  }
  fs.writeFileSync(out, JSON.stringify(courses))
  process.exit(0)
`

interface FixtureRun {
  readonly name: string
  readonly file: string
  readonly start: boolean
}

async function coursesOf(scratch: string, files: readonly FixtureRun[]): Promise<Record<string, Course>> {
  const [list, out] = [join(scratch, 'list.json'), join(scratch, 'courses.json')]
  writeFileSync(list, JSON.stringify(files))
  const env = { ...process.env, KEA_LOG_FILE_DIR: join(scratch, 'logs') }
  const args = [await buildDriver(driver, scratch), list, out]
  const child = spawn(process.execPath, args, { cwd: repository, env, stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the driver ended with ${String(code)}`)
  return JSON.parse(readFileSync(out, 'utf8')) as Record<string, Course>
}

/** What `-t` refuses and a start goes on with. */
const startsAnyway: readonly string[] = ['socket-path-long']

t.test('there are at least 60 files of each kind', async (t) => {
  t.ok(goodFixtures.length >= 60)
  t.ok(badFixtures.length >= 60)
})

t.test('each bad file is refused with its sentences and positions, by -t and by starting', async (t) => {
  const scratch = temporaryDirectory(t)
  const files = badFixtures.map(([name]) => ({ name, file: join(folder, `${name}.bad.conf`), start: true }))
  const courses = await coursesOf(scratch, files)
  for (const [name, ...expected] of badFixtures) {
    const { code, said, life } = courses[name]!
    t.equal(code, 1, name)
    t.same(among(said, expected), expected, `${name} by -t`)
    if (startsAnyway.includes(name)) t.equal(life?.error, undefined, `${name} by starting`)
    else t.same(beginnings(life?.error ?? 'started', expected), expected, `${name} by starting`)
  }
})

t.test('each good file starts, and config-get shows the same after config-set and after config-write', async (t) => {
  const scratch = temporaryDirectory(t)
  await writeNamedFiles(scratch)
  const files = goodFixtures.map(([name]) => ({ name, file: copyOf(name, scratch), start: canListen(name) }))
  const courses = await coursesOf(scratch, files)
  for (const { name, start } of files) {
    const { code, said, life } = courses[name]!
    t.equal(code, 0, `${name} by -t`, { said })
    if (!start) continue
    t.equal(life?.error, undefined, `${name} by starting`)
    const [first, afterSet, afterRestart] = life?.shown ?? []
    for (const outcome of life?.outcomes ?? []) t.ok(outcome.ok, name, outcome)
    t.equal(afterSet, first, `${name} after config-set`)
    t.equal(afterRestart, first, `${name} after config-write and a start from the file`)
    t.notMatch(first, /"password": "(?!\*\*\*\*\*")/, name)
  }
})

t.test('the exit codes of the program itself are the same', async (t) => {
  const scratch = temporaryDirectory(t)
  const sample = <T>(table: readonly T[]): readonly T[] => table.filter((_, index) => index % 12 === 0)
  const start = (...args: string[]): ReturnType<typeof run> =>
    run(process.execPath, [mainFile, ...args], { cwd: repository, env: { KEA_PIDFILE_DIR: scratch } })
  for (const [name, ...expected] of sample(badFixtures)) {
    const file = join(folder, `${name}.bad.conf`)
    const [checked, started] = await Promise.all([start('-t', file), start('-c', file)])
    t.same([checked.code, started.code], [1, 1], name)
    t.same(among(checked.stderr, expected), expected, `${name} by -t`)
    const reasons = started.stderr.slice(started.stderr.indexOf('Service failed: ') + 'Service failed: '.length)
    t.same(beginnings(reasons, expected), expected, `${name} by starting`)
  }
  // These name files and folders that are not there.
  const usable = goodFixtures.filter(([name]) => !/^(tls|loggers|sockets-https)/.test(name))
  for (const [name] of sample(usable)) {
    t.equal((await start('-t', join(folder, `${name}.good.conf`))).code, 0, name)
  }
})

t.test('no file is left out', async (t) => {
  const count = (end: string): number => readdirSync(folder).filter((name) => name.endsWith(end)).length
  t.same([goodFixtures.length, badFixtures.length], [count('.good.conf'), count('.bad.conf')])
})

/** The mistakes as the table writes them, each cut to the length of the expected one. */
function beginnings(text: string, expected: readonly string[]): string[] {
  return linesOf(text).map((line, index) => line.slice(0, expected[index]?.length))
}

/** Those of the expected mistakes that are there: `-t` also looks for the files, and names those that are not. */
function among(text: string, expected: readonly string[]): string[] {
  const lines = linesOf(text)
  return expected.filter((sentence) => lines.some((line) => line.startsWith(sentence)))
}

function linesOf(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .replaceAll(`${folder}/`, '')
        .replace(/^(?:\S+\/)?(\S+\.inc:)/, '$1')
        .replace(/^\S+\.bad\.conf:/, '')
        .replace(/ \(at \/[^)]*\)/, ''),
    )
}

/** What the good files name: their own folder is `conf`. */
async function writeNamedFiles(scratch: string): Promise<void> {
  const authority = await makeAuthority('fixtures')
  const { certificate, key } = await makeServer(authority)
  const revoked = await makeRevocationList(authority)
  const files = {
    'conf/tls/ca.crt': authority.certificate,
    'conf/tls/server.crt': certificate,
    'conf/tls/server.key': key,
    'conf/tls/door.crt': certificate,
    'conf/tls/door.key': key,
    'conf/ca/ca.crt': authority.certificate,
    'conf/crl/ca.pem': revoked,
    'conf/crl.pem': revoked,
    'server.key': key,
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, name)), { recursive: true })
    writeFileSync(join(scratch, name), text, { mode: 0o600 })
  }
  mkdirSync(join(scratch, 'logs'))
  cpSync(join(folder, 'parts'), join(scratch, 'conf/parts'), { recursive: true })
}

/** A copy that uses files which are there, writes logs where they may be, and takes any port. */
function copyOf(name: string, scratch: string): string {
  const text = readFileSync(join(folder, `${name}.good.conf`), 'utf8')
    .replaceAll('/etc/kea/tls/', `${scratch}/conf/tls/`)
    .replaceAll('"/etc/ca"', `"${scratch}/conf/ca"`)
    .replaceAll('"output": "/tmp/', `"output": "${scratch}/logs/`)
  const ported = /"http-port": *\d+/.test(text)
    ? text.replace(/"http-port": *\d+/, '"http-port": 0')
    : text.replace(/"Control-agent" *: *\{(\s*\})?/, (_, end: string | undefined) => {
        return `"Control-agent": { "http-port": 0${end === undefined ? ',' : end}`
      })
  const file = join(scratch, 'conf', `${name}.conf`)
  writeFileSync(file, ported)
  return file
}

/** Whether this machine has the address. */
function canListen(name: string): boolean {
  if (name === 'host-ipv6-zone') return false
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  return name !== 'host-ipv6' || addresses.some(({ address }) => address === '::1')
}
