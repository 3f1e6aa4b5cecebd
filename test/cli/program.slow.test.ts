// What the built program says to the words that somebody types who sees it for the first time.

import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { subcommands } from '../../src/cli/subcommand.ts'
import { run } from '../support/child.ts'
import type { Finished } from '../support/child.ts'
import { freePort, mainFile, temporaryDirectory } from '../support/program.ts'

// Each line is a start of the program.
t.setTimeout(300_000)

function keagate(...words: readonly string[]): Promise<Finished> {
  return run(process.execPath, [mainFile, ...words])
}

t.test('usage and version are an answer: on standard output, exit code 0', async (t) => {
  for (const words of [['--help'], ['-h'], ['help']]) {
    t.match(await keagate(...words), { code: 0, stdout: /^Usage: keagate -c FILE[^]* doctor [^]*\S\n$/, stderr: '' }, words.join())
  }
  t.match(await keagate('--version'), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/, stderr: '' })
  t.match(await keagate('help', 'certs'), { code: 0, stdout: /^Usage: keagate certs COMMAND/, stderr: '' })
})

t.test('under the name of kea-ctrl-agent they are none', async (t) => {
  const link = join(temporaryDirectory(t), 'kea-ctrl-agent')
  symlinkSync(mainFile, link)
  for (const word of ['--help', '-h', 'help', '--version', 'doctr', 'doctor']) {
    const { code, stdout, stderr } = await run(process.execPath, [link, word])
    t.match({ code, stdout, stderr }, { code: 1, stdout: '', stderr: /^kea-ctrl-agent: un[^]*Usage: kea-ctrl-agent/ }, word)
    t.notMatch(stderr, /did you mean|doctor {2}/)
  }
})

t.test('a misspelt word is answered with the one that was meant', async (t) => {
  for (const [words, text] of [
    [['doctr'], 'keagate: unexpected word doctr; did you mean doctor?\n'],
    [['certs', 'lst'], 'keagate certs: no sub-command "lst"; did you mean list?\n'],
    [['certs', 'init', '/nowhere', '--forse'], 'keagate certs init: unknown option "--forse"; did you mean --force?\n'],
    [['doctor', '--jsno'], "keagate doctor: Unknown option '--jsno'; did you mean --json?\n"],
    [['health', '--raedy'], "keagate health: Unknown option '--raedy'; did you mean --ready?\n"],
  ] as const) {
    const { code, stdout, stderr } = await keagate(...words)
    t.same({ code, stdout, told: stderr.slice(0, text.length) }, { code: 1, stdout: '', told: text })
  }
})

t.test('a folder that cannot be made is an error, not an endless attempt', async (t) => {
  const folder = temporaryDirectory(t)
  writeFileSync(join(folder, 'file'), '')
  for (const [place, text] of [
    ['/proc/foo', /^keagate certs init: no folder can be made in \/proc; name a directory on another file system\n$/],
    ['/proc/foo/bar', /^keagate certs init: no folder can be made in \/proc; /],
    [join(folder, 'file'), /^keagate certs init: cannot work in .*file: ENOTDIR: not a directory/],
    [join(folder, 'file/below'), /^keagate certs init: cannot work in .*below: ENOTDIR: not a directory/],
  ] as const) {
    const { code, stderr } = await run(process.execPath, [mainFile, 'certs', 'init', place], { timeout: 20_000 })
    t.equal(code, 1, place)
    t.match(stderr, text)
  }
})

/** Runs it at a terminal, and prints what that shows. */
const atTerminal = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)'

t.test('colours for a terminal that takes them, and none elsewhere', async (t) => {
  const directory = temporaryDirectory(t)
  const good = join(directory, 'good.conf')
  const bad = join(directory, 'bad.conf')
  writeFileSync(good, '{ "Control-agent": { "http-port": 0 } }')
  writeFileSync(bad, '{ "Control-agent": { "http-prot": 0 } }')
  await run(process.execPath, [mainFile, 'certs', 'init', join(directory, 'tls')])
  const base = { KEA_PIDFILE_DIR: directory, TERM: 'xterm', NO_COLOR: '' }
  for (const [words, colored] of [
    [['doctor', '-c', good], /^\x1b\[32mok\x1b\[0m {7}Node\.js: [^]*^\x1b\[33mwarning\x1b\[0m {2}control-sockets: /m],
    [['doctor', '-c', bad], /^\x1b\[31merror\x1b\[0m {4}http-prot: /m],
    [['certs', 'list', '--dir', join(directory, 'tls')], /^client .* \x1b\[32mgood\x1b\[0m\r?$/m],
    [['-t', bad], /^\x1b\[31m.*bad\.conf:1:22: .*\x1b\[0m\r?$/m],
  ] as const) {
    const show = async (env: Readonly<Record<string, string>>): Promise<string> => {
      const { stdout } = await run('python3', ['-c', atTerminal, process.execPath, mainFile, ...words], { env: { ...base, ...env } })
      return stdout
    }
    const piped = run(process.execPath, [mainFile, ...words], { env: base })
    const [shown, without, dumb, { stdout, stderr }] = await Promise.all([show({}), show({ NO_COLOR: '1' }), show({ TERM: 'dumb' }), piped])
    t.match(shown, colored)
    for (const text of [without, dumb, stdout + stderr]) {
      t.match(text, /\S/)
      t.notMatch(text, /\x1b/)
    }
  }
})

t.test('doctor counts in English, and has nothing to say of what is well when it is to be quiet', async (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'keagate.conf')
  const doctor = (...words: readonly string[]): Promise<Finished> => {
    return run(process.execPath, [mainFile, 'doctor', '-c', file, ...words], { env: { KEA_PIDFILE_DIR: directory } })
  }
  writeFileSync(file, '{ "Control-agent": { "http-port": 0 } }')
  const warned = await doctor()
  t.match(warned, { code: 0, stdout: /^0 errors, 1 warning, \d+ ok\n$/m })
  const lines = warned.stdout.split('\n')
  t.equal((await doctor('--quiet')).stdout, `${lines.filter((line) => line.startsWith('warning')).join('\n')}\n${lines.at(-2)}\n`)
  writeFileSync(file, '{ "Control-agent": { "http-prot": 0 } }')
  t.match(await doctor('--quiet'), { code: 1, stdout: /^error .*\n1 error, 0 warnings, \d+ ok\n$/ })
})

t.test('after certs init, daemons that this host does not have are no errors', async (t) => {
  const directory = join(temporaryDirectory(t), 'tls')
  await run(process.execPath, [mainFile, 'certs', 'init', directory, '--port', String(await freePort())])
  const env = { KEA_PIDFILE_DIR: directory, KEA_CONTROL_SOCKET_DIR: directory }
  const { code, stdout } = await run(process.execPath, [mainFile, 'doctor', '-c', join(directory, 'keagate.conf')], { env })
  t.equal(code, 0, stdout)
  t.match(stdout, /^warning +control socket dhcp6: .*No such file .*; where this host has none, remove "dhcp6" from control-sockets$/m)
  t.notMatch(stdout, /^error/m)
})

t.test('shells complete each sub-command, and each option that its usage text has', async (t) => {
  t.match(await keagate('completion', 'bsh'), { code: 1, stdout: '', stderr: /unknown shell bsh; did you mean bash\?\n\nUsage:/ })
  const script = join(temporaryDirectory(t), 'keagate.bash')
  writeFileSync(script, (await keagate('completion', 'bash')).stdout)
  const ask = 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _keagate; printf "%s\\n" "${COMPREPLY[@]}"'
  const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await run('bash', ['-c', `. ${script}; ${ask}`, 'bash', 'keagate', ...words])
    return stdout.split('\n').filter((word) => word !== '')
  }
  t.same(await complete('doc'), ['doctor'])
  t.same(await complete('help', 'sch'), ['schema'])
  t.same(await complete('doctor', '--q'), ['--quiet'])
  t.same(await complete('doctor', '--quiet', '--js'), ['--json'])
  t.same(await complete('certs', 're'), ['renew', 'revoke'])
  t.same(await complete('certs', 'init', '/etc/kea/tls', '--k'), ['--key', '--keep'])
  t.same(await complete('completion', 'z'), ['zsh'])
  t.same(await complete('-c', '/etc/k'), [])
  const others = await Promise.all(['zsh', 'fish'].map((shell) => keagate('completion', shell)))
  for (const name of Object.keys(subcommands)) {
    const options = (await keagate(name, '--help')).stdout.match(/(?<=\s)--[a-z-]+/g) ?? []
    const known = await complete(name, '--')
    for (const option of options) t.ok(known.includes(option), `${name} ${option}`)
    for (const { stdout } of others) t.match(stdout, name)
  }
})
