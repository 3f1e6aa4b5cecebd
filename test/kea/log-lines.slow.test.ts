// The log beside the real kea-ctrl-agent's: what it says under an id, keagate says under the same id, severity and
// logger, so that filters, alarms and loggers of an operator keep working.

import { writeFileSync } from 'node:fs'
import net from 'node:net'
import t from 'tap'
import { startProgram } from '../support/program.ts'
import type { Program, ProgramOptions } from '../support/program.ts'
import { makeCertificates } from './certificates.ts'
import { executable, skipWithout } from './installed.ts'

/** Louder here, as docs/messages.md says. */
const louder: Readonly<Record<string, string>> = {
  'DEBUG http HTTP_BAD_CLIENT_REQUEST_RECEIVED': 'INFO http HTTP_BAD_CLIENT_REQUEST_RECEIVED',
  'DEBUG ctrl-agent CTRL_AGENT_COMMAND_FORWARD_FAILED': 'WARN ctrl-agent CTRL_AGENT_COMMAND_FORWARD_FAILED',
}

const common = {
  loggers: [{ name: 'kea-ctrl-agent', severity: 'DEBUG', debuglevel: 99, output_options: [{ output: 'stdout' }] }],
}

const withUsers = {
  ...common,
  authentication: { type: 'basic', clients: [{ user: 'ann', password: 'right' }] },
  'control-sockets': { dhcp4: { 'socket-type': 'unix', 'socket-name': '/nowhere/kea4-ctrl-socket' } },
}

/** Everything about an agent that ends in a line of its log: requests, reloads, the stop. */
async function lifeOf(program: Program): Promise<readonly string[]> {
  const post = async (body: string, authorization: string | null = `Basic ${btoa('ann:right')}`): Promise<void> => {
    const headers = { 'content-type': 'application/json', ...(authorization === null ? {} : { authorization }) }
    await (await fetch(`http://127.0.0.1:${program.port}/`, { method: 'POST', headers, body })).text()
  }
  const reload = async (change: Record<string, unknown>, marker: RegExp): Promise<void> => {
    writeFileSync(program.configFile, JSON.stringify({ 'Control-agent': { 'http-port': program.port, ...withUsers, ...change } }))
    process.kill(program.pid, 'SIGHUP')
    await program.waitFor(marker)
  }
  const changed = (agent: Record<string, unknown>): string => JSON.stringify({ 'Control-agent': agent })
  await post('{ "command": "list-commands" }')
  await post('{ "command": "list-commands" }', `Basic ${btoa('ann:wrong')}`)
  await post('{}', null)
  await post('{}', 'Foo')
  await post('{ "command": "nope" }')
  await post('{ "command": "nope", "service": [ "dhcp4", "dhcp6" ] }')
  await post('{ "comm": "nope" }')
  await post('{ "command"')
  await post(`{ "command": "config-test", "arguments": ${changed({ 'http-port': 77_777 })} }`)
  await post(`{ "command": "config-test", "arguments": ${changed({ 'http-port': 7777 })} }`)
  await post(`{ "command": "config-set", "arguments": ${changed({ 'http-port': 77_777 })} }`)
  await post(`{ "command": "config-set", "arguments": ${changed({ 'http-host': '192.0.2.1', 'http-port': 7777 })} }`)
  await reload({}, /(?:DCTL_CONFIG_COMPLETE[^]*){2}/)
  await reload({ 'http-port': 99_999 }, /DCTL_CFG_FILE_RELOAD_ERROR/)
  await program.stop()
  return linesOf(program)
}

/** Each `SEVERITY logger ID` that was written, the loggers by what comes behind the root's name. */
function linesOf(program: Program): readonly string[] {
  const lines = program.output().matchAll(/ ([A-Z]+) +\[kea-ctrl-agent\.([a-z-]+)\/[\d.]+\] ([A-Z_0-9]+) /g)
  return [...new Set([...lines].map(([, severity = '', logger = '', id = '']) => `${severity} ${logger} ${id}`))]
}

/** What Kea's agent wrote and ours did not. */
function missing(theirs: readonly string[], ours: readonly string[]): readonly string[] {
  return theirs.map((line) => louder[line] ?? line).filter((line) => !ours.includes(line))
}

const theirProgram: ProgramOptions = { executable: executable('kea-ctrl-agent') }
const skip = skipWithout('kea-ctrl-agent')

t.test('a whole life is told under the same ids, severities and loggers', { skip }, async (t) => {
  const theirs = await lifeOf(await startProgram(t, withUsers, theirProgram))
  const ours = await lifeOf(await startProgram(t, withUsers))
  t.ok(theirs.length > 30, `${theirs.length} kinds of lines`)
  t.same(missing(theirs, ours), [])
})

t.test('and so are handshakes', { skip }, async (t) => {
  const { ca, server } = await makeCertificates(t)
  const config = { ...common, 'trust-anchor': ca, 'cert-file': server.cert, 'key-file': server.key }
  const failed = async (options: ProgramOptions): Promise<readonly string[]> => {
    const program = await startProgram(t, config, options)
    net.connect(program.port, '127.0.0.1').on('error', () => undefined).end('POST / HTTP/1.1\r\n\r\n')
    await program.waitFor(/HTTP_CONNECTION_HANDSHAKE_FAILED/)
    await program.stop()
    return linesOf(program).filter((line) => line.includes('HANDSHAKE'))
  }
  const theirs = await failed(theirProgram)
  t.equal(theirs.length, 2, theirs.join())
  t.same(missing(theirs, await failed({})), [])
})
