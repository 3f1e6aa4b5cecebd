// Hashed passwords and the lock-out, on the built program as an operator meets them.

import { spawnSync } from 'node:child_process'
import t from 'tap'
import { mainFile, startProgram } from '../program.ts'
import type { Program } from '../program.ts'

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
    [['secret'], 'x\n', /Usage/],
  ] as const) {
    const { status, stdout, stderr } = keagate(['hash-password', ...words], input)
    t.equal(status, 1)
    t.equal(stdout, '')
    t.match(stderr, reason)
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
  t.equal((await post(program, 'anna', 'right')).status, 429, 'a reload pardons nobody')
  await program.stop('SIGTERM')
  t.equal(program.output().split('KEAGATE_LOCKED_OUT').length - 1, 1)
})
