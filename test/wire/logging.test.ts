// What the built program writes about itself, and where.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { run } from '../child.ts'
import { mainFile, startProgram, temporaryDirectory } from '../program.ts'

const toStdout = [{ name: 'kea-ctrl-agent', severity: 'INFO', 'output-options': [{ output: 'stdout' }] }]

t.test('lines keep their order through changes of the configuration and to the very end', async (t) => {
  const agent = await startProgram(t, { loggers: toStdout })
  const url = `http://127.0.0.1:${agent.port}/`
  for (let i = 0; i < 40; i++) {
    const body = '{ "command": "config-reload" }'
    await (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).text()
  }
  t.equal(await agent.stop(), 0)
  const lines = agent.output().trimEnd().split('\n')
  const times = lines.map((line) => line.slice(0, '2026-11-23 15:41:30.572'.length))
  t.same(times, times.toSorted())
  t.equal(lines.filter((line) => line.includes('CTRL_AGENT_HTTP_SERVICE_UPDATED')).length, 40)
  t.match(lines.at(-1), /DCTL_SHUTDOWN/)
})

t.test('a start that fails says why, in order, with what to do', async (t) => {
  const folder = temporaryDirectory(t)
  const file = join(folder, 'a.conf')
  const loggers = [{ name: 'kea-ctrl-agent', 'output-options': [{ output: join(folder, 'missing', 'a.log') }] }]
  writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-port': 0, loggers } }))
  const noFolder = /log file .*a\.log cannot be opened: the folder .*missing does not exist .*; create it/
  const env = { KEA_PIDFILE_DIR: folder }
  const started = await run(process.execPath, [mainFile, '-c', file], { env })
  t.equal(started.code, 1)
  t.match(started.stdout, /DCTL_STARTING/)
  t.match(started.stderr, /FATAL [^\n]*DCTL_CONFIG_FILE_LOAD_FAIL cannot start: [^\n]*log file[^\n]*\nService failed: /)
  t.match(started.stderr, noFolder)
  const checked = await run(process.execPath, [mainFile, '-t', file])
  t.equal(checked.code, 1)
  t.match(checked.stderr, noFolder)
  for (const option of ['-c', '-t']) {
    const unnamed = await run(process.execPath, [mainFile, option, ''])
    t.equal(unnamed.code, 1)
    t.match(unnamed.stderr, /no configuration file is named; name one with -c FILE/)
  }
})

t.test('an early destination that cannot be opened is named and does not stop the start', async (t) => {
  const env = { KEA_LOGGER_DESTINATION: join(temporaryDirectory(t), 'missing', 'a.log') }
  const agent = await startProgram(t, {}, { env })
  t.match(agent.output(), /^KEA_LOGGER_DESTINATION: log file .* cannot be opened: .*; standard error is used\n/)
  t.match(agent.output(), /DCTL_STARTING/)
})
