// The process of a handler module: what it has of the agent, what it costs, and that it never outlives it.

import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { run } from '../support/child.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'

const commands = `
  spins: { access: 'read', run: () => { for (;;); } },
  waits: { access: 'read', run: async () => { console.log('waiting'); await new Promise((go) => setTimeout(go, 1000)); return { result: 0 } } },
  tells: { access: 'read', run: () => ({ result: 0, arguments: { env: Object.keys(process.env), flags: process.execArgv } }) },
  starts: { access: 'read', run: async () => {
    const { spawn } = await import('node:child_process')
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
    return { result: 0, arguments: { pid: child.pid } }
  } },`

t.test('it ends with the agent, also when that is killed while the module is in an endless loop', async (t) => {
  const { program, file } = await started(t)
  const [started1] = await ask(program, 'starts') as [{ arguments: { pid: number } }]
  const processes = processesOf(file)
  t.equal(processes.length, 2, 'the shell that watches over it, and Node.js')
  const hanging = ask(program, 'spins').catch(() => undefined)
  await program.waitFor(/COMMAND_RECEIVED received command spins/)
  process.kill(program.pid, 'SIGKILL')
  await hanging
  await until(() => processesOf(file).length === 0)
  await until(() => !isAlive(started1.arguments.pid))
})

t.test('what the module has started ends with it', async (t) => {
  const { program, file } = await started(t)
  const [answer] = await ask(program, 'starts') as [{ arguments: { pid: number } }]
  const node = nodeProcess(file)
  process.kill(node, 'SIGKILL')
  await program.waitFor(/its process ended \(SIGKILL\), as when the system has no memory for it; it is started again in 1 s/)
  await until(() => !isAlive(answer.arguments.pid))
})

t.test('signals to the group and to the process itself do not end it before the agent has drained', async (t) => {
  const { program, file } = await started(t)
  const node = nodeProcess(file)
  t.not(sessionOf(node), sessionOf(program.pid), 'it is in a session of its own, where no Ctrl-C comes')
  const answer = ask(program, 'waits')
  await program.waitFor(/waiting/)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
    for (const { pid } of processesOf(file)) if (pid === node || !signal.startsWith('SIGUSR')) process.kill(pid, signal)
  }
  process.kill(program.pid, 'SIGINT')
  t.match(await answer, [{ result: 0 }])
  t.equal(await program.exited, 0)
  await until(() => processesOf(file).length === 0)
})

t.test('it has nothing of the agent but pipes, and none of its options', async (t) => {
  const { program, file } = await started(t, {
    NODE_OPTIONS: '--max-old-space-size=500', NOTIFY_SOCKET: '/nowhere', WATCHDOG_USEC: '30000000', LISTEN_FDS: '0', OWN: 'kept',
  })
  const node = nodeProcess(file)
  const descriptors = readdirSync(`/proc/${node}/fd`).map((fd) => [fd, descriptorOf(node, fd)] as const)
  for (const [fd, target] of descriptors) {
    if (Number(fd) > 3) t.notMatch(target, /^socket:|\.log/, `descriptor ${fd}`)
    t.notMatch(target, /^\/(?!dev\/(null|urandom))/, `descriptor ${fd} is no file`)
  }
  const [{ arguments: { env, flags } }] = await ask(program, 'tells') as [{ arguments: { env: string[]; flags: string[] } }]
  for (const name of ['NODE_OPTIONS', 'NOTIFY_SOCKET', 'WATCHDOG_USEC', 'LISTEN_FDS']) t.notOk(env.includes(name), name)
  t.ok(env.includes('OWN'))
  t.same(flags, ['--max-old-space-size=256', '--max-semi-space-size=4', '--v8-pool-size=1'])
  const limits = readFileSync(`/proc/${node}/limits`, 'utf8')
  t.match(limits, /^Max core file size +0 /m, 'no image of its memory is written when V8 ends it')
  t.equal(readFileSync(`/proc/${node}/oom_score_adj`, 'utf8').trim(), '1000', 'the system ends it before the agent')
  t.equal(readFileSync(`/proc/${node}/comm`, 'utf8').trim(), 'keagate-module')
})

t.test('it costs at most 60 MB', async (t) => {
  const { file } = await started(t)
  const node = nodeProcess(file)
  const rollup = readFileSync(`/proc/${node}/smaps_rollup`, 'utf8')
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1])
  t.comment(`of its own ${kilobytes('Pss_Anon')} kB, its share ${kilobytes('Pss')} kB, with all that is shared ${kilobytes('Rss')} kB`)
  t.ok(kilobytes('Pss') < 60_000)
})

t.test('a check of a configuration loads it and leaves no process', async (t) => {
  const directory = temporaryDirectory(t)
  const file = moduleFile(directory)
  const config = path.join(directory, 'kea-ctrl-agent.conf')
  const text = (library: string): string => JSON.stringify({ 'Control-agent': { 'hooks-libraries': [{ library }] } })
  writeFileSync(config, text(file))
  const env = { KEA_PIDFILE_DIR: directory, KEA_LOCKFILE_DIR: 'none' }
  t.equal((await run(process.execPath, [mainFile, '-t', config], { env })).code, 0)
  t.same(processesOf(file), [])
  const doctor = await run(process.execPath, [mainFile, 'doctor', '-c', config], { env })
  t.match(doctor.stdout, /can be loaded/)
  t.same(processesOf(file), [])
  const bad = path.join(directory, 'bad.mjs')
  writeFileSync(bad, 'export const load = () => { throw new Error("no") }')
  writeFileSync(config, text(bad))
  const refused = await run(process.execPath, [mainFile, '-t', config], { env })
  t.equal(refused.code, 1)
  t.match(refused.stderr, /bad\.mjs cannot be used: no \(at .*load \(.*bad\.mjs:1:\d+\)/)
  t.same(processesOf(bad), [])
})

t.test('a reload leaves one process of each module', async (t) => {
  const { program, file } = await started(t)
  const before = nodeProcess(file)
  for (let i = 0; i < 3; i++) t.match(await ask(program, 'config-reload'), [{ result: 0 }])
  await until(() => processesOf(file).length === 2)
  t.not(nodeProcess(file), before)
  t.equal(await program.stop(), 0)
  await until(() => processesOf(file).length === 0)
})

/** Without what the runner of the tests brings into every Node.js that is started below it. */
async function started(t: Test, env: Record<string, string> = {}): Promise<{ program: Program; file: string }> {
  const file = moduleFile(temporaryDirectory(t))
  const variables = Object.entries({ NODE_OPTIONS: '', ...env }).map(([name, value]) => `${name}=${value}`)
  const options = { executable: '/usr/bin/env', args: [...variables, process.execPath, mainFile] }
  return { program: await startProgram(t, { 'hooks-libraries': [{ library: file }] }, options), file }
}

function moduleFile(directory: string): string {
  const file = path.join(directory, 'process.mjs')
  writeFileSync(file, `export const load = () => ({ commands: {${commands}} })`)
  return file
}

async function ask(program: Program, command: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${program.port}/`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ command }),
  })
  return response.json()
}

interface Found {
  readonly pid: number
  readonly words: readonly string[]
}

/** The processes that name a file in their arguments. */
function processesOf(file: string): Found[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    const words = wordsOf(Number(name))
    return words.at(-1) === file ? [{ pid: Number(name), words }] : []
  })
}

function nodeProcess(file: string): number {
  const found = processesOf(file).find(({ words }) => words[0] === process.execPath)
  if (found === undefined) throw new Error(`no process runs ${file}`)
  return found.pid
}

/** Empty for one that has ended and was not collected yet. */
function wordsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
  } catch {
    return []
  }
}

function isAlive(pid: number): boolean {
  return wordsOf(pid).length > 0
}

function sessionOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[3] ?? ''
}

function descriptorOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`)
  } catch {
    return ''
  }
}

/** Looks again and again; a process ends when the system gets to it. */
async function until(reached: () => boolean): Promise<void> {
  for (let tries = 0; !reached(); tries++) {
    if (tries > 1000) throw new Error('it did not come to that')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
