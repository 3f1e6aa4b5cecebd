// config-write of the built program where it may write the start file, but not replace it.

import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { startChild } from '../support/child.ts'
import type { Child } from '../support/child.ts'
import { freePort, mainFile, startProgram, temporaryDirectory } from '../support/program.ts'

async function write(port: number): Promise<{ result: number; text: string }> {
  const headers = { 'Content-Type': 'application/json' }
  const body = '{ "command": "config-write" }'
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })
  const [answer] = (await response.json()) as { result: number; text: string }[]
  return answer ?? { result: -1, text: '' }
}

const root = process.getuid?.() === 0

/** The user nobody. */
const other = 65_534

interface Start {
  readonly agent: Child
  readonly file: string
  readonly folder: string
  readonly port: number
}

/** Starts the agent as nobody, with a file in a folder of root. @param owner of the file */
async function startAsNobody(t: Test, owner: number): Promise<Start> {
  const folder = temporaryDirectory(t)
  const file = join(folder, 'a.conf')
  const port = await freePort()
  // Longer than what is written.
  writeFileSync(file, `// ${'x'.repeat(2000)}\n{ "Control-agent": { "http-port": ${port} } }`)
  chownSync(file, owner, owner)
  mkdirSync(join(folder, 'pid'))
  chownSync(join(folder, 'pid'), other, other)
  chmodSync(folder, 0o755)
  const words = [`--reuid=${other}`, `--regid=${other}`, '--clear-groups', process.execPath, mainFile, '-c', file]
  const agent = startChild(t, '/usr/bin/setpriv', words, { env: { KEA_PIDFILE_DIR: join(folder, 'pid') } })
  await agent.waitFor(/CTRL_AGENT_STARTED/)
  return { agent, file, folder, port }
}

t.test('a file of the agent in a folder of root is written in place', { skip: !root }, async (t) => {
  const { agent, file, folder, port } = await startAsNobody(t, other)
  const { ino } = statSync(file)
  t.match(await write(port), { result: 0, text: `the configuration was written to ${file}` })
  t.equal(statSync(file).ino, ino)
  t.match(JSON.parse(readFileSync(file, 'utf8')), { 'Control-agent': { 'http-port': port } })
  t.match(readFileSync(file, 'utf8'), /\}$/m, 'nothing of the longer file is left')
  await agent.waitFor(new RegExp(`WARN .*KEAGATE_CONFIG_WRITTEN_IN_PLACE config-write wrote ${file} in place, so a kill ` +
    `or a power cut could have left a part of it: user nobody may not replace files in folder ${folder}`))
  t.same(readdirSync(folder).toSorted(), ['a.conf', 'pid'])
})

t.test('a file that cannot be written either: folder, user and remedy', { skip: !root }, async (t) => {
  const { file, folder, port } = await startAsNobody(t, 0)
  const before = readFileSync(file, 'utf8')
  t.same(await write(port), {
    result: 1,
    text: `cannot write ${file}: user nobody may not replace files in folder ${folder}, and the file itself cannot be ` +
      `written: permission denied; let user nobody write in ${folder}, or in the file; until then it is as it was`,
  })
  t.equal(readFileSync(file, 'utf8'), before)
})

t.test('a file that is mounted by itself is written in place', async (t) => {
  const agent = await startProgram(t, {})
  const source = join(agent.directory, 'outside.conf')
  writeFileSync(source, readFileSync(agent.configFile))
  if (spawnSync('mount', ['--bind', source, agent.configFile]).status !== 0) {
    t.comment('NOT TESTED: nothing can be mounted here')
    return
  }
  try {
    t.match(await write(agent.port), { result: 0 })
    t.match(readFileSync(source, 'utf8'), /^\{\n[^]*"http-port": \d+[^]*\}$/m)
    await agent.waitFor(/WARN .*_WRITTEN_IN_PLACE .*: the file is mounted by itself and cannot be replaced/)
  } finally {
    spawnSync('umount', ['-l', agent.configFile])
  }
})
