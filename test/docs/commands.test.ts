// The page of commands: every example is asked of a real agent and a real daemon, and answered as the page says.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { startDaemon } from '../kea/daemons.ts'
import { skipWithout } from '../kea/installed.ts'
import type { Program } from '../support/program.ts'
import { startProgram } from '../support/program.ts'
import { blocksOf, root } from './page.ts'

const page = 'docs/commands.md'

/** What differs from one run to the next; only the kind of value is compared. */
const changing = new Set(['host', 'answered', 'answer-milliseconds', 'cltt', 'extended', 'hash', 'pid', 'reload', 'size', 'uptime'])

t.test('every example is answered as the page says', { skip: skipWithout('kea-dhcp4') }, async (t) => {
  const daemon = await startDaemon(t, 'dhcp4')
  const [config, ...examples] = blocksOf(page).filter(({ language }) => language !== 'mermaid')
  t.equal(config?.language, 'json')
  const program = await startProgram(t, (port) => {
    return (config?.text ?? '')
      .replace('/run/kea/kea4-ctrl-socket', daemon.socket)
      .replace('/run/kea/kea6-ctrl-socket', `${daemon.socket}6`)
      .replace('8000', String(port))
  })
  const here = [
    ['/run/kea/kea4-ctrl-socket', daemon.socket],
    ['/run/kea/kea6-ctrl-socket', `${daemon.socket}6`],
    ['/etc/kea', program.directory],
    ['8000', String(program.port)],
  ] as const
  t.equal(examples.length % 2, 0, 'a request and an answer each')
  for (let index = 0; index < examples.length; index += 2) {
    const [request, answer] = [examples[index], examples[index + 1]]
    t.equal(`${request?.language}, ${answer?.language}`, 'json request, json answer', request?.place ?? '')
    const body = here.reduce((text, [there, here]) => text.replaceAll(there, here), request?.text ?? '')
    const expected = here.reduce((text, [there, here]) => text.replaceAll(there, here), answer?.text ?? '')
    t.same(plain(await ask(program, body)), plain(JSON.parse(expected)), request?.place ?? '')
  }
  t.equal(await program.exited, 3, 'the exit value of the last example')
})

t.test('it has every command of the agent, each with an example', async (t) => {
  const directory = path.join(root, 'src/command/builtin')
  const registered = [...readFileSync(path.join(directory, 'all.ts'), 'utf8').matchAll(/from '\.\/([a-z-]+)\.ts'/g)]
  const commands = registered.map((match) => match[1] ?? '').filter((name) => !['arguments', 'outcome'].includes(name))
  t.ok(commands.length >= 11)
  const requests = blocksOf(page).filter(({ language }) => language === 'json request').map(({ text }) => text)
  for (const command of commands) {
    t.ok(requests.some((text) => text.includes(`"command": "${command}"`) && !text.includes('"service"')), command)
  }
})

async function ask(program: Program, body: string): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(`http://127.0.0.1:${program.port}/`, { method: 'POST', headers, body })
  return response.json()
}

/** The answer with changing values replaced by their kinds; of a report only the first line. */
function plain(value: unknown, key = ''): unknown {
  if (changing.has(key)) return typeof value
  if (typeof value === 'string') return value.startsWith('keagate ') ? value.split('\n')[0] : value
  if (Array.isArray(value)) return value.map((element) => plain(element))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member, key)]))
}
