// Three commands of `keagate certs` at one moment on one directory: one at a time works, and the others say so.

import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { run } from '../support/child.ts'
import type { Finished } from '../support/child.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'
import { done } from './authority-at.ts'

/**
 * Makes the process wait before each step to the lock, some of them long, so that the steps of the three mix. While it
 * works it has a file of its own making; a second one at work finds that file and says so.
 */
const slowly = `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  const { WORKING: working, DELAYS: delays } = process.env
  const waits = delays.split(',').map(Number)
  const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  const { linkSync, renameSync, mkdirSync, rmSync, closeSync, openSync } = fs
  let holds = false
  for (const [name, real] of Object.entries({ linkSync, renameSync })) {
    fs[name] = (...words) => {
      if (!holds) sleep(waits.shift() ?? 0)
      return real(...words)
    }
  }
  fs.mkdirSync = (...words) => {
    if (!holds) {
      holds = true
      try {
        closeSync(openSync(working, 'wx'))
      } catch {
        process.stderr.write('two at work\\n')
      }
      sleep(1500)
    }
    return mkdirSync(...words)
  }
  fs.rmSync = (file, ...words) => {
    if (holds && file.endsWith('/.lock')) rmSync(working, { force: true })
    return rmSync(file, ...words)
  }
  syncBuiltinESMExports()`

interface Three {
  readonly directory: string
  readonly outcomes: readonly Finished[]
}

/** @param delays of each process: milliseconds before its first, second, ... step to the lock */
async function three(t: Test, delays: readonly string[], lock: string | null): Promise<Three> {
  const parent = temporaryDirectory(t)
  const directory = path.join(parent, 'ca')
  await done(['init', directory])
  if (lock !== null) writeFileSync(path.join(directory, '.lock'), lock)
  const preload = `data:text/javascript,${encodeURIComponent(slowly)}`
  const outcomes = await Promise.all(delays.map((each, index) => {
    const words = ['--import', preload, mainFile, 'certs', 'client', `client${index}`, '--dir', directory]
    return run(process.execPath, words, { env: { WORKING: path.join(parent, 'working'), DELAYS: each } })
  }))
  return { directory, outcomes }
}

function check(t: Test, { directory, outcomes }: Three): void {
  const refusal = new RegExp(
    `^keagate certs client: another "keagate certs" is at work in ${directory}; wait until it has ended and try again\n$`,
  )
  t.ok(outcomes.some(({ code }) => code === 0), 'one has worked')
  for (const [index, { code, stderr }] of outcomes.entries()) {
    if (code === 0) t.equal(stderr, '', 'alone')
    else t.match({ code, stderr }, { code: 1, stderr: refusal })
    t.equal(existsSync(path.join(directory, `client${index}`)), code === 0)
  }
  t.same(readdirSync(directory).filter((name) => name.startsWith('.')), [], 'nothing is left behind')
}

t.test('one works, the others are refused', async (t) => {
  check(t, await three(t, ['0', '0', '0'], null))
})

/** What a killed command has left. No process has this number: it is above what Linux gives. */
const killed = '99999999 1'

const mixes: readonly (readonly [what: string, delays: readonly string[]])[] = [
  ['all at once', ['0', '0', '0']],
  ['one finds it, and goes on when another has taken it over', ['300', '0,700,800', '1100']],
  ['one takes long to take it over', ['0,0,800', '0,400', '0,400']],
]
for (const [what, delays] of mixes) {
  t.test(`the lock of a killed command is taken over by one: ${what}`, async (t) => {
    check(t, await three(t, delays, killed))
  })
}
