// `keagate access` as an operator asks it: what keeps a caller out before any rule, and the rule that decides.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { run } from '../support/child.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'

t.test('what keeps a caller out before any rule is noted beside the decision', async (t) => {
  const file = path.join(temporaryDirectory(t), 'keagate.conf')
  const clients = [
    { user: 'stork', password: 'word of the stork', 'cert-subject': 'O=birds, CN=stork' }, { user: 'admin', password: 'word of the admin' },
  ]
  writeFileSync(file, JSON.stringify({ 'Control-agent': {
    authentication: { type: 'basic', clients },
    'access-control': {
      'assign-role-method': 'basic-authentication',
      roles: [{ name: 'stork', 'accept-commands': 'READ' }, { name: 'admin', 'accept-commands': 'ALL' }],
    },
  } }))
  const bound = /^note: +the user stork is bound to a certificate, /m
  const none = /^note: +no client is asked for a certificate/m
  const table: readonly [words: string, code: number, ...says: RegExp[]][] = [
    ['--user admin shutdown', 0, /^allowed: shutdown for keagate itself\nrole: +admin\nrule: +accept-commands of admin: "ALL" \(user admin\)\n$/],
    ['--user stork version-get', 0, bound, /^allowed: version-get/m],
    ['--user stork --cert-subject stork version-get', 0, bound, none],
    ['--user stork --cert-subject O=birds,CN=stork shutdown', 2, none, /^refused: shutdown/m],
    ['--user stranger shutdown', 2, /^note: +there is no user stranger/, /^role: +unknown-role$/m],
    ['shutdown', 2, /^note: +no caller gets this far without a user/, /^role: +default-role$/m],
    ['--user stork', 0, bound, /^config-get +read +\(agent\)$/m, /^\d+ of \d+ known commands$/m],
  ]
  for (const [words, code, ...says] of table) {
    const done = await run(process.execPath, [mainFile, 'access', '-c', file, ...words.split(' ')])
    t.equal(done.code, code, words)
    for (const each of says) t.match(done.stdout, each, words)
    t.equal(says.includes(bound), bound.test(done.stdout), words)
    t.notMatch(done.stdout + done.stderr, /word of the/)
  }
})

t.test('whole names are asked for as they are written in rules, and one that cannot be read is named', async (t) => {
  const file = path.join(temporaryDirectory(t), 'keagate.conf')
  writeFileSync(file, JSON.stringify({ 'Control-agent': { 'access-control': {
    'assign-role-method': 'cert-subject',
    'require-tls': false,
    roles: ['boss', 'CN=duty + OU=night'].map((name) => ({ name, 'accept-commands': 'ALL' })),
  } } }))
  const rows: readonly [subject: string, code: number, says: RegExp][] = [
    ['boss', 0, /^role: +boss$/m],
    ['O=x, CN=boss', 0, /^role: +boss$/m],
    ['CN=duty+OU=night', 0, /^role: +CN=duty \+ OU=night$/m],
    ['OU=night + CN=duty', 0, /^role: +CN=duty \+ OU=night$/m],
    ['CN=boss + O=x', 2, /^role: +unknown-role$[^]*no role is named as the subject of the certificate CN=boss \+ O=x/m],
    ['CN=x, CN=boss', 2, /^role: +unknown-role$/m],
    ['boss\u00a0', 2, /no role is named as the subject of the certificate boss\\u00a0\)/],
    ['CN=boss\\u00a0', 2, /no role is named as the subject of the certificate boss\\u00a0\)/],
    ['C=DE;CN=boss', 1, /^keagate access: the name C=DE;CN=boss has a ; that is not escaped with \\\n/],
  ]
  for (const [subject, code, says] of rows) {
    const done = await run(process.execPath, [mainFile, 'access', '-c', file, '--cert-subject', subject, 'version-get'])
    t.equal(done.code, code, subject)
    t.match(done.stdout + done.stderr, says, subject)
  }
})

t.test('a service that is not configured is no question of rights', async (t) => {
  const file = path.join(temporaryDirectory(t), 'keagate.conf')
  const module = path.join(path.dirname(file), 'module.mjs')
  writeFileSync(module, "export const load = () => ({ commands: { hello: { access: 'read', run: () => ({ result: 0 }) } } })")
  const rules = { 'assign-role-method': 'basic-authentication', 'default-role': { 'accept-commands': 'ALL' } }
  const ask = async (members: object, ...words: string[]): Promise<readonly [number | null, string]> => {
    const sockets = { dhcp4: { 'socket-name': 'kea4' }, d2: { 'socket-name': 'd2' } }
    writeFileSync(file, JSON.stringify({ 'Control-agent': { 'control-sockets': sockets, ...members } }))
    const { code, stdout, stderr } = await run(process.execPath, [mainFile, 'access', '-c', file, ...words])
    return [code, stdout + stderr]
  }
  const said = `keagate access: the service dhcp44 is not configured in ${file} (its services: dhcp4, d2); did you mean dhcp4?\n`
  for (const members of [{ 'access-control': rules }, {}]) {
    t.same(await ask(members, 'lease4-get-all', 'dhcp44'), [1, said])
    t.match(await ask(members, 'lease4-get-all', 'dhcp4'), [0, /./])
  }
  const none = await ask({ 'control-sockets': {} }, 'lease4-get-all', 'dhcp4')
  t.match(none, [1, /^keagate access: the service dhcp4 is not configured .* \(it has no control sockets\)\n$/])
  t.match(await ask({ 'access-control': rules, 'hooks-libraries': [{ library: module }] }, 'hello', 'dhcp44'), [0, /^allowed: hello/])
})
