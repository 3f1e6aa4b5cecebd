// Answers of a large site: the memory that they take.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { page, startLeaseSource } from '../support/lease-source.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'
import { inTerminal, terminal } from '../support/terminal.ts'
import type { Shown, Typing } from '../support/terminal.ts'
import { skipWithout } from '../kea/installed.ts'

const env = { XDG_CONFIG_HOME: '/nonexistent', NO_COLOR: '1', NODE_OPTIONS: '' }
const skip = skipWithout('python3')

t.test('50,000 leases as a table take less than 150 MB', { skip }, async (t) => {
  const daemon = await startLeaseSource(t, 50_000)
  const { code, stdout, peak } = await inTerminal(['ask', '--socket', daemon.path, 'lease4-get-all'], { columns: 120, env })
  t.equal(code, 0)
  t.equal(stdout.match(/^ *10\.\d+\.\d+\.\d+ +02:00:00:/gm)?.length, 50_000)
  t.comment(`${peak.toFixed(1)} MiB`)
  t.ok(peak < 150, `${peak} MiB`)
})

/** All pages as a shell script has them, which gets the words, and a file as `$0`. Standard error is the terminal. */
function allPages(socket: string, script: string, file: string, steps: Typing['steps'] = []): Promise<Shown> {
  const words = [process.execPath, mainFile, 'ask', '--socket', socket, 'lease4-get-page', '--all']
  return terminal(['/bin/sh', '-c', script, file, ...words], { env, steps })
}

interface Pages {
  readonly result: number
  readonly text: string
  readonly arguments: { readonly count: number; readonly leases: readonly unknown[] }
}

t.test('--all in a pipe takes the memory of one page, and leaves no progress behind', { skip }, async (t) => {
  const file = path.join(temporaryDirectory(t), 'leases')
  const peaks: number[] = []
  for (const count of [5000, 100_000]) {
    const { path: socket } = await startLeaseSource(t, count)
    const { code, stdout, peak } = await allPages(socket, '"$@" | cat >$0', file)
    t.equal(code, 0)
    t.match(stdout, /^\r1,000 leases\x1b\[K(?:\r[\d,]+ leases\x1b\[K)*\r\x1b\[K$/)
    const answer = JSON.parse(readFileSync(file, 'utf8')) as Pages
    t.match(answer, { result: 0, arguments: { count } })
    t.equal(answer.arguments.leases.length, count)
    peaks.push(peak)
  }
  const [few = 0, many = 0] = peaks
  t.comment(`${few.toFixed(1)} and ${many.toFixed(1)} MiB`)
  t.ok(many < few + 20, `${few} and ${many} MiB`)
})

t.test('Ctrl-C in the middle of --all: the pages so far, as whole JSON, and as a table', { skip }, async (t) => {
  const file = path.join(temporaryDirectory(t), 'leases')
  let pages = 0
  // The third page never comes.
  const daemon = await FakeDaemon.listen(async (connection) => {
    const command = await connection.command()
    if (++pages % 3 === 0) return
    await connection.write(page(command.toString(), 5000))
    connection.end()
  })
  t.teardown(() => daemon.close())
  const steps: Typing['steps'] = [['1,000', '\x03']]
  const piped = await allPages(daemon.path, 'exec "$@" >$0', file, steps)
  t.equal(piped.code, 130)
  t.match(piped.stdout, /\r\x1b\[K$/)
  const { result, text, arguments: { leases } } = JSON.parse(readFileSync(file, 'utf8')) as Pages
  t.same([result, text], [1, `interrupted (after ${leases.length} leases)`])
  t.ok([1000, 2000].includes(leases.length))
  pages = 0
  const shown = await inTerminal(['ask', '--socket', daemon.path, 'lease4-get-page', '--all'], { env, steps })
  t.equal(shown.code, 130)
  t.match(shown.stdout, /\r\x1b\[Kresult 1, error\ninterrupted \(after [12]000 leases\)\n/)
  t.ok([1000, 2000].includes(shown.stdout.match(/^ *10\.\d+\.\d+\.\d+ /gm)?.length ?? 0))
})
