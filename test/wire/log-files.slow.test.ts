// Log files of the built program under load: rotated by itself and by logrotate, no line lost and none torn.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { run } from '../support/child.ts'
import { executable, skipWithout } from '../kea/installed.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'

const connections = 8

function logger(file: string, more: Readonly<Record<string, unknown>>): unknown[] {
  const output = { output: file, pattern: '%p %m\n', ...more }
  return [
    { name: 'kea-ctrl-agent', severity: 'INFO', 'output-options': [{ output: 'stdout' }] },
    { name: 'kea-ctrl-agent.commands', severity: 'INFO', 'output-options': [output] },
  ]
}

/** Sends `count` commands over each of some kept-open connections; each command has a name of its own. */
async function load(program: Program, count: number, first = 0): Promise<number> {
  const started = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      for (let i = first; i < first + count; i++) await send(program.port, agent, `count-${connection}-${i}`)
      agent.destroy()
    }),
  )
  return Math.round((connections * count * 1000) / (performance.now() - started))
}

function send(port: number, agent: http.Agent, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const request = http.request({ host: '127.0.0.1', port, method: 'POST', headers, agent }, (response) => {
      response.on('end', resolve).resume()
    })
    request.on('error', reject).end(`{ "command": "${command}" }`)
  })
}

/** The numbers of each connection in the order of the lines. A line that is none of ours is one that was torn. */
function numbers(texts: readonly string[]): number[][] {
  const found: number[][] = Array.from({ length: connections }, () => [])
  for (const line of texts.join('').split('\n').slice(0, -1)) {
    const match = /^INFO COMMAND_RECEIVED received command count-(\d)-(\d+) from /.exec(line)
    if (match === null) throw new Error(`torn line: ${line}`)
    found[Number(match[1])]?.push(Number(match[2]))
  }
  return found
}

/** The texts of a log file and its rotated versions, oldest first. */
function texts(file: string): string[] {
  const folder = join(file, '..')
  const versions = readdirSync(folder).flatMap((name) => /^a\.log\.(\d+)$/.exec(name)?.[1] ?? []).map(Number)
  const names = versions.sort((one, other) => other - one).map((version) => `${file}.${version}`)
  return [...names, file].map((name) => readFileSync(name, 'utf8'))
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

t.test('every command has its line exactly once, however often the file is rotated', async (t) => {
  const file = join(temporaryDirectory(t), 'a.log')
  const program = await startProgram(t, { loggers: logger(file, { maxsize: 204800, maxver: 1000 }) })
  const rate = await load(program, 2500)
  t.equal(await program.stop(), 0)
  const written = texts(file)
  t.comment(`${rate} commands a second, ${written.length - 1} rotations`)
  t.ok(written.length > 4)
  t.ok(written.slice(0, -1).every((text) => text.length > 204_800 && text.length < 204_800 + 200), 'just over the size')
  for (const found of numbers(written)) t.strictSame(found.join(), range(0, 2500).join())
})

t.test('with maxver 3 the youngest lines are kept, without a gap', async (t) => {
  const file = join(temporaryDirectory(t), 'a.log')
  const program = await startProgram(t, { loggers: logger(file, { maxsize: 204800, maxver: 3, flush: false }) })
  await load(program, 2500)
  t.equal(await program.stop(), 0)
  const written = texts(file)
  t.equal(written.length, 4)
  for (const found of numbers(written)) {
    t.ok(found.length > 500)
    t.strictSame(found.join(), range(2500 - found.length, 2500).join())
  }
})

const skip = skipWithout('logrotate')

t.test('logrotate may take the file away and send a HUP', { skip }, async (t) => {
  const folder = temporaryDirectory(t)
  const file = join(folder, 'a.log')
  const program = await startProgram(t, { loggers: logger(file, { maxsize: 0 }) })
  const rules = `create 0640\n rotate 100\n postrotate\n kill -HUP ${program.pid}\n endscript\n`
  const rotations = rotateWhile(folder, rules, load(program, 1500))
  const count = await rotations
  t.ok(count >= 3, `${count} times under load`)
  t.equal(await program.stop(), 0)
  t.notMatch(program.output(), /KEAGATE_LOG_OUTPUT/)
  for (const found of numbers(texts(file))) t.strictSame(found.join(), range(0, 1500).join())
})

t.test('logrotate may copy the file and empty it', { skip }, async (t) => {
  const folder = temporaryDirectory(t)
  const file = join(folder, 'a.log')
  const program = await startProgram(t, { loggers: logger(file, { maxsize: 0 }) })
  // What is written between the copy and the emptying is lost by the nature of it, so nothing is written meanwhile.
  for (const round of [0, 1, 2]) {
    await load(program, 50, round * 50)
    await settled(file, (round + 1) * 50, round * 50)
    await rotate(folder, 'copytruncate\n rotate 100\n')
  }
  await load(program, 50, 150)
  t.equal(await program.stop(), 0)
  t.notMatch(readFileSync(file, 'utf8'), /\0/, 'no hole at the beginning')
  for (const found of numbers(texts(file))) t.strictSame(found.join(), range(0, 200).join())
})

async function rotate(folder: string, rules: string): Promise<void> {
  const file = join(folder, 'logrotate.conf')
  writeFileSync(file, `${folder}/a.log {\n su root root\n ${rules}}\n`, { mode: 0o644 })
  const { code, stderr } = await run(executable('logrotate'), ['--force', '--state', join(folder, 'state'), file])
  if (code !== 0) throw new Error(stderr)
}

/** Rotates again and again for as long as the work lasts. @returns how often */
async function rotateWhile(folder: string, rules: string, working: Promise<unknown>): Promise<number> {
  const work = { done: false }
  const ended = working.then(() => (work.done = true))
  let count = 0
  // Fewer than logrotate keeps.
  for (; !work.done && count < 90; count++) await rotate(folder, rules)
  await ended
  return count
}

/** Waits until each connection's last number is in the file. */
async function settled(file: string, end: number, start: number): Promise<void> {
  while (!numbers([readFileSync(file, 'utf8')]).every((found) => found.length === end - start)) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}
