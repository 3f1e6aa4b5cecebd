// The command line beside the real kea-ctrl-agent's: every row of its behaviour, run with both.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { run } from '../support/child.ts'
import type { Finished } from '../support/child.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'
import { executable, skipWithout } from './installed.ts'

const skip = skipWithout('kea-ctrl-agent')

t.test('both end the same way, whatever the words', { skip }, async (t) => {
  const directory = temporaryDirectory(t)
  mkdirSync(join(directory, 'folder'))
  writeFileSync(join(directory, 'good.conf'), '{ "Control-agent": { "http-port": 0 } }')
  writeFileSync(join(directory, 'bad.conf'), '{ "Control-agent": { "http-prot": 0 } }')
  writeFileSync(join(directory, 'far.conf'), '{ "Control-agent": { "http-host": "192.0.2.1" } }')
  const table: string[][] = [
    [], ['-d'], ['-c', ''], ['-c', 'folder/'], ['-c', 'missing.conf'], ['-c', 'bad.conf'], ['-dc', 'bad.conf'],
    ['-c', 'far.conf'], ['-t', 'good.conf'], ['-dt', 'good.conf'], ['-tgood.conf'], ['-c', 'bad.conf', '-t', 'good.conf'],
    ['-t', 'good.conf', '--'], ['-t', 'bad.conf'], ['-dt', 'bad.conf'], ['-t', 'missing.conf'], ['-t', ''], ['-tv'],
    ['-v'], ['-V'], ['-W'], ['-Wv'], ['-vx'], ['x', '-v'], ['-d', '-v', '-c', 'x'], ['-h'], ['-p', '8000'], ['-T'],
    ['--version'], ['-x', '-v'], ['-c'], ['-t'], ['-c', 'good.conf', 'more'], ['-c', 'good.conf', '-'], ['--', '-v'],
    ['--help'], ['help'], ['doctr'],
  ]
  const ourName = join(directory, 'kea-ctrl-agent')
  symlinkSync(mainFile, ourName)
  const options = { cwd: directory, env: { KEA_PIDFILE_DIR: directory, KEA_LOCKFILE_DIR: 'none' } }
  for (const words of table) {
    const theirs = await run(executable('kea-ctrl-agent'), words, options)
    const ours = await run(process.execPath, [ourName, ...words], options)
    t.same(seen(ours), seen(theirs), JSON.stringify(words))
  }
})

/** What scripts and operators go by. */
function seen({ code, stdout, stderr }: Finished): Record<string, unknown> {
  return {
    code,
    usage: /Usage/.test(stderr),
    fatal: /\bFATAL\b/.test(stdout + stderr),
    'service failed': /^Service failed: \S/m.test(stderr),
    'syntax note': /^Syntax check OK$/m.test(stderr),
    'nothing on standard error': stderr === '',
    version: /^\d+\.\d+\.\d+\n/.test(stdout),
  }
}
