// What the built program says to the words that somebody types who sees it for the first time.

import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { run } from '../support/child.ts'
import type { Finished } from '../support/child.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'

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
    t.notMatch(stderr, /did you mean|doctor  /)
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
