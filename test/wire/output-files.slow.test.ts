// Logs and the audit log that would meet in one file, or be written into what the agent reads, on the built program:
// `-t`, config-test, config-set and a reload refuse them, and what is in force stays so.

import { spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { mainFile, startProgram } from '../support/program.ts'
import type { Program } from '../support/program.ts'

async function ask(program: Program, command: string, agent?: object): Promise<{ result: number; text: string }> {
  const body = { command, ...(agent === undefined ? {} : { arguments: { 'Control-agent': agent } }) }
  const headers = { 'Content-Type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const response = await fetch(`http://127.0.0.1:${program.port}/`, init)
  const [answer] = (await response.json()) as { result: number; text: string }[]
  return answer ?? { result: -1, text: '' }
}

t.test('each way in refuses them', async (t) => {
  const program = await startProgram(t, {}, { args: ['-X'] })
  const { directory, configFile } = program
  const file = (name: string): string => join(directory, name)
  symlinkSync(file('x.log.1'), file('audit'))
  writeFileSync(file('password'), 'long enough')
  const before = readFileSync(configFile, 'utf8')
  const loggers = [{ name: 'kea-ctrl-agent', 'output-options': [{ output: file('x.log') }] }]
  const authentication = { type: 'basic', clients: [{ user: 'anna', 'password-file': file('password') }] }
  for (const [agent, said] of [
    [{ loggers, 'audit-log': { output: file('x.log.1') } }, /x\.log" at \S+ is rotated onto this file/],
    [{ loggers, 'audit-log': { output: file('audit') } }, /x\.log" at \S+ is rotated onto this file/],
    [{ loggers, 'audit-log': { output: file('none/../x.log') } }, /a logger writes to this file/],
    [{ 'audit-log': { output: configFile } }, /is read as well: the configuration file/],
    [{ 'audit-log': { output: file('kea-ctrl-agent.kea-ctrl-agent.pid') } }, /is read as well: the PID file/],
    [{ authentication, 'audit-log': { output: file('password') } }, /is read as well: "password-file" at/],
  ] as const) {
    const whole = { 'http-port': program.port, ...agent }
    for (const command of ['config-test', 'config-set']) {
      t.match(await ask(program, command, whole), { result: 1, text: said }, command)
    }
    writeFileSync(configFile, JSON.stringify({ 'Control-agent': whole }))
    t.match(await ask(program, 'config-reload'), { result: 1, text: said }, 'config-reload')
    const env = { ...process.env, KEA_PIDFILE_DIR: directory }
    const { status, stderr } = spawnSync(process.execPath, [mainFile, '-t', configFile], { encoding: 'utf8', env })
    t.match(stderr, said, '-t')
    t.equal(status, 1, '-t')
    writeFileSync(configFile, before)
  }
  t.match(await ask(program, 'config-reload'), { result: 0 })
})
