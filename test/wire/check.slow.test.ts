// `-t`, `-d -t` and doctor on the built program: everything wrong in one go, secrets hidden, and warnings of what lets
// anybody in.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { run } from '../support/child.ts'
import type { Finished } from '../support/child.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'

function fileOf(t: Test, content: object): string {
  const file = join(temporaryDirectory(t), 'a.conf')
  writeFileSync(file, JSON.stringify(content, null, 2))
  return file
}

const check = (file: string, ...options: string[]): Promise<Finished> => {
  return run(process.execPath, [mainFile, ...options, '-t', file])
}

const warningsOf = (text: string): string[] => text.split('\n').filter((line) => / WARN /.test(line))

t.test('-t names the mistakes of all parts in one go, in the order of the text', async (t) => {
  const absent = join(temporaryDirectory(t), 'absent')
  const file = fileOf(t, {
    'Control-agent': {
      'http-prot': 8000,
      'audit-log': { output: join(absent, 'audit.json') },
      'trust-anchor': join(absent, 'ca.crt'),
      'cert-file': join(absent, 'server.crt'),
      'key-file': join(absent, 'server.key'),
      'control-sockets': {
        dhcp4: { 'socket-type': 'https', 'trust-anchor': join(absent, 'daemon-ca.crt') },
        dhcp6: { 'socket-name': '' },
      },
      'hooks-libraries': [{ library: join(absent, 'one.mjs') }, { library: join(absent, 'two.mjs') }],
      loggers: [{
        name: 'kea-ctrl-agent',
        'output-options': [{ output: join(absent, 'a.log') }, { output: join(absent, 'b.log') }],
      }],
    },
  })
  const { code, stdout, stderr } = await check(file)
  t.equal(code, 1)
  t.match(stdout, /DCTL_CONFIG_CHECK_COMPLETE configuration checked: not usable\n$/)
  t.match(stderr.trimEnd().split('\n'), [
    /unknown keyword "http-prot"/, /audit\.json cannot be opened/, /ca\.crt/, /server\.crt/, /server\.key/,
    /daemon-ca\.crt/, /socket-name must not be empty/, /one\.mjs/, /two\.mjs/, /a\.log cannot be opened/, /b\.log cannot be opened/,
  ])
  t.equal(stderr.trimEnd().split('\n').length, 11, 'each once')
})

t.test('a usable configuration: ports are not tried, and it says who does that', async (t) => {
  const authentication = { clients: [{ user: 'a', password: 'b' }] }
  const file = fileOf(t, { 'Control-agent': { 'http-host': '192.0.2.1', authentication } })
  const { code, stdout, stderr } = await check(file)
  t.same({ code, stderr }, { code: 0, stderr: '' })
  const result = `configuration checked: usable; ports were not tried, which is done by: keagate doctor -c ${file}\n`
  t.ok(stdout.endsWith(result), stdout)
})

t.test('-d -t logs the configuration with its secrets hidden', async (t) => {
  const file = fileOf(t, {
    'Control-agent': {
      'http-port': 8123,
      authentication: { type: 'basic', clients: [{ user: 'admin', password: 'sesame-1' }] },
      'control-sockets': { dhcp4: { 'socket-type': 'http', user: 'agent', password: 'sesame-2' } },
      'user-context': { 'db-password': 'sesame-3', 'my-secret': 'sesame-4' },
    },
  })
  const { code, stdout, stderr } = await check(file, '-d')
  t.equal(code, 0)
  t.match(stderr, /Syntax check OK/)
  const [line = ''] = /DCTL_CONFIG_START .*/.exec(stdout) ?? []
  t.match(line, /"http-port": ?8123/)
  t.match(line, /"user": ?"admin"/)
  t.equal(line.match(/"\*\*\*\*\*"/g)?.length, 4)
  t.notMatch(stdout + stderr, /sesame/)
  t.notMatch((await check(file)).stdout, /DCTL_CONFIG_START/)
})

t.test('a user without a password, and an address for everybody without TLS and users: one warning each', async (t) => {
  const empty = { authentication: { clients: [{ user: 'x' }, { user: 'y', password: 'z' }] } }
  const open = { 'http-host': '0.0.0.0' }
  const cases = [
    [empty, /:\d+:\d+: the password of this user is empty, so an empty one lets a client in \(at .*clients\/0\/user\)/],
    [open, /:\d+:\d+: anyone who reaches this address can change your DHCP server: .* \(at .*http-host\)/],
  ] as const
  for (const [content, warning] of cases) {
    const agent = await startProgram(t, content)
    await agent.waitFor(/ WARN /)
    t.match(warningsOf(agent.output()), [warning])
    t.equal(warningsOf(agent.output()).length, 1)
    const checked = await check(agent.configFile)
    t.equal(checked.code, 0)
    t.match(warningsOf(checked.stdout), [warning])
    t.equal(warningsOf(checked.stdout).length, 1)
    const doctor = await run(process.execPath, [mainFile, 'doctor', '-c', agent.configFile])
    const found = doctor.stdout.split('\n').filter((line) => /user is empty|anyone who reaches/.test(line))
    t.match(found, [/^warning /])
    t.equal(found.length, 1)
    await agent.stop()
  }
  const quiet = [
    { 'http-host': '127.0.0.2' }, { 'http-host': '::1' },
    { 'http-host': '0.0.0.0', authentication: { clients: [{ user: 'x', password: 'y' }] } },
  ]
  for (const content of quiet) t.same(warningsOf((await check(fileOf(t, { 'Control-agent': content }))).stdout), [])
})

t.test('a top-level Logging map of Kea 1.x: its loggers belong into Control-agent', async (t) => {
  const file = fileOf(t, { 'Control-agent': {}, Logging: { loggers: [{ name: 'kea-ctrl-agent' }] } })
  const { code, stderr } = await check(file)
  t.equal(code, 1)
  t.match(stderr, /: unknown keyword "Logging" \(at \/Logging\); move its list "loggers" into "Control-agent", and/)
})
