// `keagate ask`, the built program: through a keagate and straight to daemons, in a pipe and in a terminal.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { freePort, mainFile, startProgram, temporaryDirectory } from '../support/program.ts'
import { run, startChild } from '../support/child.ts'
import type { Finished, Owner } from '../support/child.ts'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import type { Script } from '../support/fake-daemon.ts'
import { inTerminal } from '../support/terminal.ts'
import { startDaemon } from '../kea/daemons.ts'
import { makeCertificates } from '../kea/certificates.ts'
import { openDoor, password, user } from '../kea/door.ts'
import { skipWithout } from '../kea/installed.ts'

const away = { XDG_CONFIG_HOME: '/nonexistent' }

function ask(...words: readonly string[]): Promise<Finished> {
  return run(process.execPath, [mainFile, 'ask', ...words], { env: away })
}

async function daemon(owner: Owner, script: Script): Promise<string> {
  const listening = await FakeDaemon.listen(script)
  owner.teardown(() => listening.close())
  return listening.path
}

const socket = (name: string): object => ({ 'socket-type': 'unix', 'socket-name': name })

t.test('a pipe gets the bytes as they came, and one line end', async (t) => {
  const odd = '{ "result": 0, "text": "\u00e9\u202e\x7f", "n": 123456789012345678901234567890,  "n": 1.50 , "arguments": {"a\\"b":[ ]} }'
  const at = await daemon(t, answering(odd))
  t.same(await ask('--socket', at, 'version-get'), { code: 0, stdout: `${odd}\n`, stderr: '' })
  const agent = await startProgram(t, { 'control-sockets': { dhcp4: socket(at) } })
  t.same(await ask('--url', `http://127.0.0.1:${agent.port}`, 'version-get', '-s', 'dhcp4'), { code: 0, stdout: `[ ${odd} ]\n`, stderr: '' })
  const terminal = await inTerminal(['ask', '--socket', at, '--json', 'version-get'], { env: away })
  t.notMatch(terminal.stdout, /[\u202e\x7f]/)
  t.same(JSON.parse(terminal.stdout), JSON.parse(odd))
})

t.test('exit codes', async (t) => {
  const results = async (...each: number[]): Promise<number | null> => {
    const list = await daemon(t, answering(JSON.stringify(each.map((result) => ({ result })))))
    return (await ask('--socket', list, 'x')).code
  }
  t.equal(await results(0, 0), 0)
  t.equal(await results(0, 3), 3)
  t.equal(await results(3, 1), 1)
  t.match(await ask('--socket', '/nonexistent/socket', 'x'), { code: 2, stdout: '', stderr: /ENOENT.*; see whether/ })
  t.match(await ask('--url', `http://127.0.0.1:${await freePort()}`, 'x'), { code: 2, stderr: /ECONNREFUSED/ })
  t.match(await ask('--socket', await daemon(t, answering('"no answer"')), 'x', '-t', '0.3'), { code: 2 })
  t.match(await ask('--url', 'ftp://x', 'x'), { code: 1, stderr: /no http or https URL/ })
  t.match(await ask('x', 'y', '--url', 'http://h'), { code: 1, stderr: /"y" is no argument/ })
  t.match(await ask('--sevice', 'x'), { code: 1, stderr: /did you mean --service/ })
  t.match(await ask('--help'), { code: 0, stdout: /^Usage: keagate ask/ })
})

t.test('a hung daemon: --timeout, and Ctrl-C', async (t) => {
  const hung = await daemon(t, (connection) => connection.read())
  t.match(await ask('--socket', hung, 'x', '--timeout', '0.2'), { code: 2, stderr: /within 0\.2 s; .*--timeout/ })
  const child = startChild(t, process.execPath, [mainFile, 'ask', '--socket', await daemon(t, answeringNever(() => child.stop('SIGINT'))), 'x'])
  t.equal(await child.exited, 130)
})

/** Tells when it was asked. */
function answeringNever(asked: () => unknown): Script {
  return async (connection) => {
    await connection.command()
    asked()
  }
}

t.test('a password: from a file; on the command line with a warning; at the terminal unseen', async (t) => {
  const certificates = await makeCertificates(t)
  const { url } = await openDoor(t, { tls: 'server', basic: true }, certificates)
  const file = path.join(temporaryDirectory(t), 'password')
  writeFileSync(file, `${password}\n`)
  const to = ['--url', url, '--ca', certificates.ca, 'list-commands']
  t.match(await ask(...to, '-u', user, '--password-file', file), { code: 0, stderr: '' })
  t.match(await ask(...to, '-u', user, '--password', password), { code: 0, stderr: /^keagate ask: warning: other users/ })
  const wrong = await ask(...to, '-u', user, '--password', 'hunter2')
  t.match(wrong, { code: 2, stderr: /401: the agent asks for a user and a password; .*--user/ })
  t.notMatch(wrong.stderr, /hunter2/)
  const typed = await inTerminal(['ask', ...to, '-u', user], { env: away, steps: [['operator:', `${password}\r`]] })
  t.match(typed, { code: 0, stdout: /result 0, success/ })
  t.notMatch(typed.stdout, password)
})

t.test('no control sequence of an answer reaches a terminal', { skip: skipWithout('python3') }, async (t) => {
  const evil = JSON.stringify({ result: 0, text: 'a\u001b[31mb', arguments: { leases: [{ 'ip-address': '192.0.2.1', hostname: 'h\u001b]0;x\u0007' }] } })
  const at = await daemon(t, answering(evil))
  const plain = await inTerminal(['ask', '--socket', at, 'lease4-get-all'], { env: { ...away, NO_COLOR: '1' } })
  t.notMatch(plain.stdout, /\u001b/)
  t.match(plain.stdout, /h\\x1b\]0;x\\x07/)
  const colored = await inTerminal(['ask', '--socket', at, 'lease4-get-all'], { env: away })
  t.match(colored.stdout, /^\u001b\[32mresult 0, success\u001b\[0m\n/)
})

t.test('real daemons', { skip: skipWithout('kea-dhcp4', 'kea-dhcp6', 'python3') }, async (t) => {
  const [four, six] = await Promise.all([startDaemon(t, 'dhcp4'), startDaemon(t, 'dhcp6')])
  const agent = await startProgram(t, { 'control-sockets': { dhcp4: socket(four.socket), dhcp6: socket(six.socket) } })
  const to = ['-c', agent.configFile]
  for (let n = 20; n < 27; n++) {
    const words = ['lease4-add', `ip-address=192.0.2.${n}`, `hw-address=02:00:00:00:00:${n}`, 'subnet-id=1']
    t.match(await ask(...to, ...words), { code: 0, stderr: '' }, 'to dhcp4, which alone has the command')
  }
  t.match(await ask(...to, 'lease4-get', 'ip-address=192.0.2.20'), { code: 0, stdout: /"hw-address": "02:00:00:00:00:20"/ })
  t.match(await ask(...to, 'lease4-get', 'ip-address=192.0.2.99'), { code: 3 })
  t.match(await ask(...to, 'lease4-get', 'ip-address=x'), { code: 1 })
  const both = await inTerminal(['ask', ...to, 'version-get', '-s', 'dhcp4,dhcp6'], { columns: 200, env: away })
  t.match(both, { code: 0, stdout: /^dhcp4 +dhcp6\n/ })
  for (const columns of [80, 200]) {
    const { stdout } = await inTerminal(['ask', ...to, 'lease4-get-all'], { columns, env: { ...away, NO_COLOR: '1' } })
    t.match(stdout, /^ADDRESS +HW ADDRESS/m)
    t.equal(stdout.match(/^192\.0\.2\.2\d /gm)?.length, 7)
    t.ok(stdout.split('\n').every((line) => line.length <= columns))
  }
  const pages = await ask(...to, 'lease4-get-page', '--all', 'limit=3')
  const [answer] = JSON.parse(pages.stdout) as [{ result: number; arguments: { leases: { 'ip-address': string }[]; count: number } }]
  t.match(answer, { result: 0, arguments: { count: 7 } })
  t.same(answer.arguments.leases.map((each) => each['ip-address']), Array.from({ length: 7 }, (_, n) => `192.0.2.${n + 20}`))
  t.match(await ask(...to, 'lease6-get-page', '--all'), { code: 3, stdout: /"leases": \[ {2}\]/ })
  t.match(await ask(...to, 'lease4-get', '--all'), { code: 1, stderr: /did you mean lease4-get-page/ })
  const config = path.join(temporaryDirectory(t), 'dhcp4.conf')
  writeFileSync(config, '{ // as an operator keeps it\n "Dhcp4": { "subnet4": [ ], "interfaces-config": { "interfaces": [ ] } } }')
  t.match(await ask(...to, 'config-test', `@${config}`, '-s', 'dhcp4'), { code: 0 })
})

t.test('pages that end too early are whole JSON with result 1; --watch goes on after an error', async (t) => {
  let asked = 0
  const page = '{ "result": 0, "arguments": { "leases": [ { "ip-address": "192.0.2.1" } ], "count": 1 } }'
  const at = await daemon(t, async (connection) => {
    await connection.command()
    asked++
    if (asked === 1) await connection.write(page)
    connection.end()
  })
  const broken = await ask('--socket', at, 'lease4-get-page', '--all')
  t.equal(broken.code, 2)
  t.match(JSON.parse(broken.stdout), { result: 1, text: /without an answer.*after 1 leases/, arguments: { count: 1 } })
  asked = 0
  const child = startChild(t, process.execPath, [mainFile, 'ask', '--socket', at, 'version-get', '--watch', '0.05'])
  await child.waitFor(/"count": 1 \} \}\n[^]*without an answer[^]*without an answer/)
  t.equal(await child.stop('SIGINT'), 2)
})
