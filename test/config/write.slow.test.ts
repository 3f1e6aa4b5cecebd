// What config-write leaves on disk: the whole new file, or whatever was there.

import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, rmdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import { loadConfigFile, loadConfigText } from '../../src/config/load.ts'
import type { AgentConfig } from '../../src/config/types.ts'
import { writeConfigFile } from '../../src/config/print/write-file.ts'
import { printPretty } from '../../src/json/text/print.ts'
import { printConfig } from '../../src/config/print/print.ts'
import { buildDriver } from '../support/built.ts'
import { temporaryDirectory } from '../support/program.ts'

const options = { env: {}, pathChecks: true }

function config(agent: unknown): AgentConfig {
  const text = JSON.stringify({ 'Control-agent': agent })
  return loadConfigText('arguments', text, { ...options, dialect: 'command', current: null }).config
}

function textOf(written: AgentConfig): string {
  return printPretty(printConfig(written, { secrets: 'shown' }))
}

t.test('a configuration of the agent is replaced, whatever its form, and keeps its mode', async (t) => {
  const folder = t.testdir({
    'start.conf': 'not even JSON',
    'wrong.conf': '{ "Control-agent": { "http-prot": 1 } }',
    'empty.conf': '',
    'parts.inc': '"http-port": 1',
  })
  writeFileSync(join(folder, 'commented.conf'), `// mine\n{ "Control-agent": { <?include "${folder}/parts.inc"?> } }`)
  chmodSync(join(folder, 'wrong.conf'), 0o604)
  const wanted = config({ 'http-port': 8123 })
  for (const name of [null, '', 'start.conf', 'commented.conf', 'wrong.conf', 'empty.conf', 'new.conf']) {
    const file = join(folder, name === null || name === '' ? 'start.conf' : name)
    const written = await writeConfigFile(wanted, join(folder, 'start.conf'), name)
    t.same(written, { ok: true, filename: file, size: statSync(file).size }, String(name))
    t.equal(readFileSync(file, 'utf8'), textOf(wanted))
    t.equal(loadConfigFile(file, options).config.httpPort, 8123)
  }
  t.equal(statSync(join(folder, 'wrong.conf')).mode & 0o777, 0o604)
  t.equal(statSync(join(folder, 'new.conf')).mode & 0o777, 0o640)
  t.same(readdirSync(folder).filter((name) => name.startsWith('.')), [], 'nothing is left beside them')
})

t.test('a file that is no configuration of the agent is left alone', async (t) => {
  const others = {
    'kea-dhcp4.conf': '{ "Dhcp4": { "Control-agent": {} } }',
    'server.key': '-----BEGIN PRIVATE KEY-----\n',
    'parts.inc': '"http-port": 1',
    'kea-api-password': 'secret',
    'agent.pid': '17\n',
    'agent.log': '{ "Control-agent"',
    'blank.conf': '\n',
  }
  const folder = t.testdir({ ...others, 'start.conf': '{ "Control-agent": {} }', folder: {} })
  symlinkSync('start.conf', join(folder, 'link.conf'))
  for (const name of [...Object.keys(others), 'folder']) {
    const written = await writeConfigFile(config({}), join(folder, 'start.conf'), name)
    t.match(written, { ok: false, text: /is there and is no configuration of the agent; name another file/ }, name)
  }
  for (const [name, text] of Object.entries(others)) t.equal(readFileSync(join(folder, name), 'utf8'), text, name)
  t.match(await writeConfigFile(config({}), join(folder, 'start.conf'), 'link.conf'), { ok: false, text: /is a link/ })
})

t.test('a name that ends like that of a folder is refused', async (t) => {
  const folder = t.testdir({ 'start.conf': '{ "Control-agent": {} }' })
  for (const name of ['new/', 'new/.', join(folder, 'new//'), 'start.conf/']) {
    const written = await writeConfigFile(config({ 'http-port': 1 }), join(folder, 'start.conf'), name)
    t.same(written, { ok: false, text: 'the name of the file must not end with a slash' }, name)
  }
  t.same(readdirSync(folder), ['start.conf'])
  t.equal(readFileSync(join(folder, 'start.conf'), 'utf8'), '{ "Control-agent": {} }')
})

t.test('a start file that is a link is replaced where it leads to', async (t) => {
  const folder = t.testdir({ real: { 'a.conf': '{ "Control-agent": {} }' } })
  symlinkSync('real/a.conf', join(folder, 'start.conf'))
  t.match(await writeConfigFile(config({ 'http-port': 1 }), join(folder, 'start.conf'), null), { ok: true })
  t.equal(loadConfigFile(join(folder, 'real/a.conf'), options).config.httpPort, 1)
})

t.test('what a kill left behind does not stand in the way', async (t) => {
  const folder = t.testdir({ 'start.conf': '{ "Control-agent": {} }' })
  const start = join(folder, 'start.conf')
  const leftover = await killedWriter(start, 'rename')
  t.match(leftover.map((name) => name.replace(/[0-9a-f]{12}/, 'HEX')), ['.keagate-HEX.tmp'])
  t.match(await writeConfigFile(config({}), start, null), { ok: true })
  t.same(readdirSync(folder), ['start.conf'])
})

t.test('a full disk is told, and leaves what was there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'keagate-disk-'))
  t.teardown(() => rmdirSync(folder))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    t.comment('NOT TESTED: no small disk can be mounted here')
    return
  }
  try {
    const start = join(folder, 'start.conf')
    writeFileSync(start, '{ "Control-agent": {} }')
    t.throws(() => writeFileSync(join(folder, 'filler'), 'x'.repeat(100_000)), { code: 'ENOSPC' })
    const refused = { ok: false, text: /^cannot write \S+: no space left on device; the file there is as it was$/ }
    for (const name of [null, 'other.conf']) t.match(await writeConfigFile(config({ 'http-port': 1 }), start, name), refused)
    t.equal(readFileSync(start, 'utf8'), '{ "Control-agent": {} }')
    t.same(readdirSync(folder).toSorted(), ['filler', 'start.conf'], 'nothing half written is left')
    rmSync(join(folder, 'filler'))
    t.match(await writeConfigFile(config({ 'http-port': 1 }), start, null), { ok: true })
    t.equal(loadConfigFile(start, options).config.httpPort, 1)
  } finally {
    execFileSync('umount', ['-l', folder])
  }
})

/** The driver writes configurations 1, 2, 3, ... over and over; each differs from the others in every part. */
const driver = `
  import { writeConfigFile } from 'keagate-src/config/print/write-file.ts'
  import { loadConfigText } from 'keagate-src/config/load.ts'
  const [file, until] = process.argv.slice(-2)
  if (until === 'rename') {
    const fs = await import('node:fs/promises')
    const module = await import('node:module')
    fs.default.rename = () => process.kill(process.pid, 'SIGKILL')
    module.syncBuiltinESMExports()
  }
  for (let i = 1; ; i++) {
    const clients = Array.from({ length: 100 }, (_, place) => ({ user: 'u' + place, password: 'p' + i }))
    const text = JSON.stringify({ 'Control-agent': { 'http-port': i, authentication: { clients } } })
    const { config } = loadConfigText('x', text, { env: {}, pathChecks: true, dialect: 'command', current: null })
    await writeConfigFile(config, file, null)
    if (i === 3) process.stdout.write('going')
  }
`

const program = buildDriver(driver, temporaryDirectory(t))

/** Runs the driver until it dies. @returns the names of hidden files beside the file */
async function killedWriter(file: string, until: 'rename' | number): Promise<string[]> {
  const child = spawn(process.execPath, [await program, file, String(until)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  if (typeof until === 'number') {
    await once(child.stdout, 'data')
    // Not a wait for anything: the moment of death is what is varied.
    await new Promise((resolve) => setTimeout(resolve, until))
    child.kill('SIGKILL')
  }
  await ended
  return readdirSync(resolve(file, '..')).filter((name) => name.startsWith('.'))
}

t.test('a kill at any moment leaves one whole configuration', async (t) => {
  const folder = t.testdir({ 'start.conf': '{ "Control-agent": {} }' })
  const start = join(folder, 'start.conf')
  const seen = new Set<number>()
  for (let round = 0; round < 20; round++) {
    await killedWriter(start, round)
    const { httpPort, authentication } = loadConfigFile(start, options).config
    const passwords = new Set(authentication?.clients.map(({ password }) => password))
    t.same([...passwords], [`p${httpPort}`], `round ${round}`)
    t.equal(authentication?.clients.length, 100)
    seen.add(httpPort)
  }
  t.comment(`the kills left configurations ${[...seen].join(', ')}`)
})
