// What Kea's own tests ask of its agent as a process, asked of the built program: its PID file, the end by a signal,
// the check of a file's syntax, and passwords that are hidden. With a log file, as those tests read it.

import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { run, startChild } from '../support/child.ts'
import type { Child } from '../support/child.ts'
import { freePort, mainFile, temporaryDirectory } from '../support/program.ts'

interface Agent {
  readonly program: string
  readonly config: string
  readonly pidFile: string
  readonly env: Readonly<Record<string, string>>
  readonly log: () => string
}

/** An agent by the name of the one it replaces, with a configuration that logs to a file at DEBUG. */
async function install(t: Test, members: object = {}): Promise<Agent> {
  const directory = temporaryDirectory(t)
  const file = (name: string): string => path.join(directory, name)
  symlinkSync(mainFile, file('kea-ctrl-agent'))
  const loggers = [{ name: 'kea-ctrl-agent', severity: 'DEBUG', output_options: [{ output: file('test.log') }] }]
  const agent = { 'http-port': await freePort(), loggers, ...members }
  writeFileSync(file('test_config.json'), JSON.stringify({ 'Control-agent': agent }))
  return {
    program: file('kea-ctrl-agent'), config: file('test_config.json'), pidFile: file('test_config.kea-ctrl-agent.pid'),
    env: { KEA_PIDFILE_DIR: directory, KEA_LOCKFILE_DIR: 'none', KEA_LOG_FILE_DIR: directory },
    log: () => (existsSync(file('test.log')) ? readFileSync(file('test.log'), 'utf8') : ''),
  }
}

/** Starts it and waits for the line in its log. */
async function started(t: Test, { program, config, env, log }: Agent): Promise<Child> {
  const child = startChild(t, process.execPath, [program, '-c', config], { env })
  const ended = child.exited.then((code) => Promise.reject(new Error(`it ended with ${code ?? 'a signal'}`)))
  await Promise.race([ended, appears(() => log().includes('CTRL_AGENT_STARTED'))])
  ended.catch(() => undefined)
  return child
}

/** Resolves when something has become true; the test ends by its own limit where it never does. */
async function appears(found: () => boolean): Promise<void> {
  while (!found()) await new Promise((resolve) => setTimeout(resolve, 20))
}

t.test('server PID file: a second start with the same configuration is refused, and the first one goes on', async (t) => {
  const agent = await install(t)
  const first = await started(t, agent)
  t.equal(readFileSync(agent.pidFile, 'utf8').trim(), String(first.pid))
  const second = await run(process.execPath, [agent.program, '-c', agent.config], { env: agent.env })
  t.equal(second.code, 1)
  t.match(second.stdout + second.stderr + agent.log(), /DCTL_ALREADY_RUNNING/)
  t.equal(readFileSync(agent.pidFile, 'utf8').trim(), String(first.pid))
  t.equal(await first.stop(), 0)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal}: configured once, an orderly end that the log tells, and nothing left`, async (t) => {
    const agent = await install(t)
    const child = await started(t, agent)
    t.equal(agent.log().match(/DCTL_CONFIG_COMPLETE/g)?.length, 1)
    t.equal(await child.stop(signal), 0)
    t.match(agent.log(), /DCTL_SHUTDOWN_SIGNAL_RECVD/)
    t.match(agent.log(), /DCTL_SHUTDOWN /)
    t.notOk(existsSync(agent.pidFile))
  })
}

t.test('syntax checks: good files end with 0, bad ones with 1', async (t) => {
  const agent = await install(t)
  const check = async (text: string): Promise<number | null> => {
    writeFileSync(agent.config, text)
    return (await run(process.execPath, [agent.program, '-t', agent.config], { env: agent.env })).code
  }
  t.equal(await check('{ "Control-agent": { "http-port": 8080 } }'), 0)
  t.equal(await check('// of the agent\n{ "Control-agent": { "http-host": "127.0.0.1", "http-port": 8080, }, }'), 0)
  t.equal(await check('{ "Control-agent": { "http-port": 8080 }'), 1, 'a brace is missing')
  t.equal(await check('{ "Control-agent": { "http-port": 65536 } }'), 1, 'a port that does not exist')
  t.equal(await check('{ "Control-agent": { "http-port": 8080 } } rubbish'), 1)
})

t.test('passwords are hidden under -d -t, also at the highest debug level', async (t) => {
  const clients = [{ user: 'admin', password: 'superadmin' }]
  const agent = await install(t, {
    authentication: { type: 'basic', realm: 'r', clients },
    loggers: [{ name: 'kea-ctrl-agent', severity: 'DEBUG', debuglevel: 99, output_options: [{ output: 'stderr' }] }],
  })
  const { code, stdout, stderr } = await run(process.execPath, [agent.program, '-d', '-t', agent.config], { env: agent.env })
  t.equal(code, 0)
  t.match(stdout + stderr, /DCTL_CONFIG_START.*"password": "\*\*\*\*\*"/)
  t.notMatch(stdout + stderr, /superadmin/)
})
