// The words of kea-shell, where no kea-shell is installed to compare with.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { keaShell } from '../../src/kea-shell/kea-shell.ts'
import { readShellOptions } from '../../src/kea-shell/options.ts'
import { commandBody } from '../../src/kea-shell/request.ts'
import { startRecording } from './recording.ts'

t.test('what is meant by which words', async (t) => {
  const plain = { command: 'list-commands', host: '127.0.0.1', port: 8000, timeout: 10, services: [], path: '', ca: '' }
  t.match(readShellOptions([]), { kind: 'run', options: plain })
  const words = ['--host=::1', '--port', '80', 'version-get', '--service', 'a', '--service', '--service', '', '--timeo', '0']
  t.match(readShellOptions(words), { options: { host: '::1', port: 80, command: 'version-get', services: ['a'], timeout: 0 } })
  t.match(readShellOptions(['--auth-password=-x', '--', '--odd']), { options: { password: '-x', command: '--odd' } })
  t.match(readShellOptions(['-v', '--port', '1']), { kind: 'version' })
  t.match(readShellOptions(['-V']), { kind: 'extended-version' })
  t.match(readShellOptions(['-h', '--bogus']), { kind: 'help' })
})

t.test('what cannot be understood', async (t) => {
  for (const words of [['--bogus'], ['a', 'b'], ['--port'], ['--port', 'x'], ['--auth', 'x'], ['--host', '-x'], ['-x'], ['-v', 'a', 'b']]) {
    t.equal(readShellOptions(words).kind, 'usage-error', words.join(' '))
  }
  t.match(readShellOptions(['--auth-p', 'x']), { text: /^ambiguous option: --auth-p could match/ })
})

t.test('the request is put together as it is given, in bytes', async (t) => {
  const plan = readShellOptions(['--service', 'dhcp4', '--service', 'd2', 'x'])
  t.equal(plan.kind, 'run')
  if (plan.kind !== 'run') return
  const input = Buffer.from('"name": "café", "number": 123456789012345678901234567890')
  const body = commandBody(plan.options, input).toString()
  t.equal(body, `{ "command": "x", "service": ["dhcp4","d2"], "arguments": { ${input.toString()} } }`)
  t.equal(commandBody(plan.options, Buffer.from('\n')).toString(), '{ "command": "x", "service": ["dhcp4","d2"] }')
})

t.test('a password from a file, without its line end', async (t) => {
  const server = await startRecording(t)
  const file = path.join(t.testdir({}), 'password')
  writeFileSync(file, 'from file\nmore\n')
  const options = ['--port', String(server.port), '--auth-user', 'me', '--auth-password', 'no', '--auth-password-file']
  const streams = (): { stdin: PassThrough; stdout: PassThrough; stderr: PassThrough } => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
    stdin.end()
    return { stdin, stdout, stderr }
  }
  const versions = { version: (): string => '1', extendedVersion: async () => '1 and more' }
  const first = streams()
  t.equal(await keaShell([...options, file], { ...first, ...versions }), 0)
  t.equal(String(first.stdout.read()), '[ ]\n')
  t.equal(server.authorization(), `Basic ${Buffer.from('me:from file').toString('base64')}`)
  const second = streams()
  t.equal(await keaShell([...options, `${file}.none`], { ...second, ...versions }), 1)
  t.equal(String(second.stdout.read()), `Failed to run: [Errno 2] No such file or directory: '${file}.none'\n`)
})
