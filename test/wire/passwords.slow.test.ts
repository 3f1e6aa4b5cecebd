// Hashed passwords and the lock-out, on the built program as an operator meets them.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { hashPassword } from '../../src/auth/scrypt.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'

async function post(program: Program, user: string, password: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${program.port}/`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    },
    body: '{ "command": "config-get" }',
  })
}

function keagate(words: readonly string[], input: string) {
  return spawnSync(process.execPath, [mainFile, ...words], { input, encoding: 'utf8' })
}

t.test('what hash-password prints lets its password in, and nobody sees either', async (t) => {
  const { stdout, status } = keagate(['hash-password'], 'gr\u00fcn, rot\n')
  t.equal(status, 0)
  t.match(stdout, /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}\n$/)
  t.not(stdout, keagate(['hash-password'], 'gr\u00fcn, rot\n').stdout)
  const hash = stdout.trim()
  const clients = [{ user: 'anna', 'password-hash': hash }, { user: 'bert', password: 'plain' }]
  const program = await startProgram(t, { authentication: { type: 'basic', clients } })
  t.equal((await post(program, 'anna', hash)).status, 401)
  t.equal((await post(program, 'bert', 'gr\u00fcn, rot')).status, 401)
  t.equal((await post(program, 'bert', 'plain')).status, 200)
  for (let round = 0; round < 3; round++) {
    const answer = await post(program, 'anna', 'gr\u00fcn, rot')
    t.equal(answer.status, 200)
    const text = await answer.text()
    t.match(text, '"password-hash": "*****"')
    t.notMatch(text, hash.slice(-20))
  }
  await program.stop('SIGTERM')
  t.notMatch(program.output(), /rot|\$scrypt/)
})

t.test('hash-password refuses what cannot be a password', async (t) => {
  for (const [words, input, reason] of [
    [[], '', /empty/],
    [[], '\n', /empty/],
    [[], 'one\ntwo\n', /line end/],
    [['secret'], 'x\n', /other users of this machine can read the command line[^]*Usage/],
  ] as const) {
    const { status, stdout, stderr } = keagate(['hash-password', ...words], input)
    t.equal(status, 1)
    t.equal(stdout, '')
    t.match(stderr, reason)
    t.notMatch(stderr, 'secret')
  }
})

t.test('after too many wrong passwords even the right one has to wait, and that is logged once', async (t) => {
  const clients = [{ user: 'anna', password: 'right' }]
  const authentication = { type: 'basic', clients, 'lock-out': { failures: 3, 'window-seconds': 600 } }
  const program = await startProgram(t, { authentication })
  for (let index = 0; index < 3; index++) {
    t.equal((await post(program, 'anna', `wrong ${index}`)).status, 401)
    t.equal((await post(program, 'anna', 'right')).status, index < 2 ? 200 : 429)
  }
  const refused = await post(program, 'anna', 'right')
  t.equal(refused.status, 429)
  const wait = Number(refused.headers.get('Retry-After'))
  t.ok(wait > 0 && wait <= 600, `waits ${wait} s`)
  t.match(await refused.text(), /^\{ "result": 429, "text": "Too Many Requests: too many wrong passwords .*" \}$/)
  process.kill(program.pid, 'SIGHUP')
  await program.waitFor(/SERVICE_UPDATED/)
  t.equal((await post(program, 'anna', 'right')).status, 429, 'failures survive a reload')
  await program.stop('SIGTERM')
  t.equal(program.output().split('KEAGATE_LOCKED_OUT').length - 1, 1)
  t.match(program.output(), /KEAGATE_LOCKED_OUT .*127\.0\.0\.1.* the user is locked out .*attempted user anna\n/)
})

t.test('a client with an old password locks out itself alone, and names without end the whole address', async (t) => {
  const directory = temporaryDirectory(t)
  const hash = await hashPassword(Buffer.from('of the poller'), { ln: 10, r: 8, p: 1 })
  const clients = [{ user: 'poller', 'password-hash': hash }, { user: 'stork', password: 'right' }]
  const authentication = { type: 'basic', clients, 'lock-out': { failures: 3, 'window-seconds': 600 } }
  const output = path.join(directory, 'audit.json')
  const loggers = [
    { name: 'kea-ctrl-agent', 'output-options': [{ output: 'stdout' }, { output: `${directory}/log.json`, format: 'json' }] },
  ]
  const program = await startProgram(t, { authentication, 'audit-log': { output }, loggers })
  const trojan = 'anna\u202e\n\u009b2J\u2028'
  for (let index = 0; index < 5; index++) t.equal((await post(program, 'poller', 'old')).status, index < 3 ? 401 : 429)
  t.equal((await post(program, 'stork', 'right')).status, 200, 'another user from the same address')
  t.equal((await post(program, 'poller', 'of the poller')).status, 429)
  t.equal((await post(program, trojan, 'x')).status, 401)
  for (let index = 0; index < 25; index++) t.equal((await post(program, `name ${index}`, 'x')).status, 401)
  t.equal((await post(program, 'stork', 'right')).status, 200, 'one failure is left')
  t.equal((await post(program, 'made up', 'x')).status, 401)
  const refused = await post(program, 'stork', 'right')
  t.equal(refused.status, 429)
  t.match(await refused.text(), /too many wrong passwords came from this address/)
  await program.stop('SIGTERM')
  const log = program.output()
  t.match(log, /NOT_AUTHORIZED .*attempted user poller\n/)
  t.match(log, 'attempted user anna\\u202e\\x0a\\x9b2J\\u2028\n')
  t.equal(log.split('KEAGATE_LOCKED_OUT').length - 1, 2)
  t.match(log, /KEAGATE_LOCKED_OUT .* the user is locked out .*attempted user poller\n/)
  t.match(log, /KEAGATE_LOCKED_OUT .* the address is locked out .*attempted user stork\n/)
  const lines = (file: string): Record<string, unknown>[] => {
    return readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  }
  const locked = lines(`${directory}/log.json`).filter(({ id }) => id === 'KEAGATE_LOCKED_OUT')
  t.strictSame(locked.map((line) => [line['scope'], line['attempted-user']]), [['user', 'poller'], ['address', 'stork']])
  const records = lines(output)
  const failed = records.filter((record) => record['decision'] === 'refused')
  t.equal(failed.filter((record) => record['attempted-user'] === 'poller').length, 6)
  t.equal(failed.filter((record) => record['attempted-user'] === trojan).length, 1)
  t.ok(failed.every((record) => record['user'] === null))
  t.ok(records.every((record) => record['decision'] === 'refused' || !('attempted-user' in record)))
})
