import { PassThrough } from 'node:stream'
import t from 'tap'
import { parseArguments, usage } from '../../src/cli/arguments.ts'
import type { Plan } from '../../src/cli/arguments.ts'
import { subcommands } from '../../src/cli/subcommand.ts'

const run = (more: Partial<Extract<Plan, { kind: 'run' }>> = {}): Plan => ({
  kind: 'run',
  file: 'x.conf',
  debug: false,
  pathChecks: true,
  ...more,
})

const test: Plan = { kind: 'test', file: 'x.conf', debug: false, pathChecks: true }

t.test('the words of kea-ctrl-agent make the plan they always made', async (t) => {
  const table: [words: string[], plan: Plan][] = [
    [['-c', 'x.conf'], run()],
    [['-cx.conf'], run()],
    [['-dc', 'x.conf'], run({ debug: true })],
    [['-dcx.conf'], run({ debug: true })],
    [['-X', '-d', '-c', 'x.conf'], run({ debug: true, pathChecks: false })],
    [['-c', 'a', '-c', 'x.conf'], run()],
    [['-d'], run({ file: '', debug: true })],
    [['-c', ''], run({ file: '' })],
    [['-t', 'x.conf'], test],
    [['-c', 'a', '-t', 'x.conf'], test],
    [['-v'], { kind: 'version' }],
    [['-V'], { kind: 'extended-version' }],
    [['-W', '-v'], { kind: 'build-report' }],
    [['-dv', '-c', 'x'], { kind: 'version' }],
    [['-vx'], { kind: 'version' }],
    [['more', '-v'], { kind: 'version' }],
    [['--', '-v'], { kind: 'usage-error', text: 'unexpected word -v' }],
    [['-x', '-v'], { kind: 'usage-error', text: 'unknown option -x' }],
    [['-tv'], { ...test, file: 'v' }],
    [['-c', 'x.conf', '--'], run()],
    [['-c', 'x.conf', '-'], { kind: 'usage-error', text: 'unexpected word -' }],
    [['-dX'], run({ file: '', debug: true, pathChecks: false })],
    [[], { kind: 'usage-error', text: null }],
    [['-h'], { kind: 'usage-error', text: 'unknown option -h' }],
    [['--version'], { kind: 'usage-error', text: 'unknown option --version' }],
    [['-p', '8000'], { kind: 'usage-error', text: 'unknown option -p' }],
    [['-c'], { kind: 'usage-error', text: 'option -c needs the name of a configuration file' }],
    [['-c', 'x', 'more'], { kind: 'usage-error', text: 'unexpected word more' }],
  ]
  for (const [words, plan] of table) t.same(parseArguments(words), plan, words.join(' '))
})

t.test('keagate, but not kea-ctrl-agent, has words for help and version, and names the word that was meant', async (t) => {
  const names = Object.keys(subcommands)
  const table: [words: string[], plan: Plan][] = [
    [['--help'], { kind: 'help' }],
    [['-h'], { kind: 'help' }],
    [['help'], { kind: 'help' }],
    [['-dc', 'x.conf', '--help'], { kind: 'help' }],
    [['help', 'doctor'], { kind: 'subcommand', name: 'doctor', words: ['--help'] }],
    [['--version'], { kind: 'version' }],
    [['doctr'], { kind: 'usage-error', text: 'unexpected word doctr; did you mean doctor?' }],
    [['help', 'doctr'], { kind: 'usage-error', text: 'no sub-command doctr; did you mean doctor?' }],
    [['--verison'], { kind: 'usage-error', text: 'unknown option --verison; did you mean --version?' }],
    [['-c', 'x.conf', 'doctr'], { kind: 'usage-error', text: 'unexpected word doctr' }],
    [['x'], { kind: 'usage-error', text: 'unexpected word x' }],
  ]
  for (const [words, plan] of table) t.same(parseArguments(words, names), plan, words.join(' '))
  for (const word of ['--help', '-h', 'help', '--version', 'doctr']) t.equal(parseArguments([word]).kind, 'usage-error', word)
})

t.test('the usage fits one screen', async (t) => {
  const summaries = new Map(Object.entries(subcommands).map(([name, { summary }]) => [name, summary]))
  const lines = usage('keagate', summaries).split('\n')
  t.ok(lines.length <= 24)
  t.ok(lines.every((line) => line.length <= 100))
})

t.test('a sub-command takes every word after its name, and only under the name of keagate', async (t) => {
  t.same(parseArguments(['schema', '-c', 'x'], ['schema']), { kind: 'subcommand', name: 'schema', words: ['-c', 'x'] })
  t.same(parseArguments(['schema']), { kind: 'usage-error', text: 'unexpected word schema' })
})

t.test('every sub-command prints its usage when asked for it', async (t) => {
  for (const [name, entry] of Object.entries(subcommands)) {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough({ encoding: 'utf8' }), new PassThrough()]
    const subcommand = await entry.load()
    for (const word of ['--help', '-h']) {
      t.equal(await subcommand([word], { env: {}, program: 'keagate', stdin, stdout, stderr }), 0, name)
      t.match(stdout.read(), new RegExp(`^Usage: keagate ${name}\\b`))
      t.equal(stderr.read(), null)
    }
  }
})
