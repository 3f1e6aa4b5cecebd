// What nobody expected is told with the places in the sources, also by the built program.

import { copyFileSync, cpSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { stackTrace } from '../../src/process/stack-trace.ts'
import type { Finished, Owner } from '../support/child.ts'
import { run } from '../support/child.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'

/** How the program ends when a function of Node's that it calls has been replaced before it starts. */
async function runWith(owner: Owner, words: readonly string[], replaced: string): Promise<Finished> {
  const directory = temporaryDirectory(owner)
  writeFileSync(path.join(directory, 'agent.conf'), '{ "Control-agent": { "http-port": 0 } }')
  writeFileSync(path.join(directory, 'before.mjs'), replaced)
  // By the options of tap, Node itself would look for the sources.
  const node = ['-u', 'NODE_OPTIONS', process.execPath, '--import', path.join(directory, 'before.mjs'), mainFile]
  return run('env', [...node, ...words], { env: { KEA_PIDFILE_DIR: directory }, cwd: directory })
}

const start = ['-c', 'agent.conf']

t.test('an error at the start', async (t) => {
  const { code, stderr } = await runWith(t, start, "process.umask = () => { throw new Error('no umask') }")
  t.equal(code, 1)
  t.match(stderr, /^keagate: Error: no umask\n/)
  t.match(stderr, /\n {4}at (?:async )?runAgent \(src\/app\/run-agent\.ts:\d+:\d+\)\n/)
  t.match(stderr, /\n {4}at (?:async )?run \(src\/main\.ts:\d+:\d+\)\n/)
  t.notMatch(stderr, /dist\//)
})

t.test('an error while it runs', async (t) => {
  const { code, stderr } = await runWith(t, start, `
    const { umask } = process
    process.umask = (mask) => {
      const error = new Error('no mask')
      setImmediate(() => { throw error })
      return umask(mask)
    }
  `)
  t.equal(code, 1)
  t.match(stderr, /^Service failed: Error: no mask\n/m)
  t.match(stderr, /\n {4}at (?:async )?runAgent \(src\/app\/run-agent\.ts:\d+:\d+\)\n/)
})

t.test('an error in a sub-command', async (t) => {
  const { code, stderr } = await runWith(t, ['schema'], "JSON.stringify = () => { throw new Error('no text') }")
  t.equal(code, 1)
  t.match(stderr, /^keagate: Error: no text\n/)
  t.match(stderr, /\n {4}at (?:async )?schemaCommand \(src\/cli\/schema-command\.ts:\d+:\d+\)\n/)
})

t.test('where there is no source map, places stay as they are', async (t) => {
  const error = new Error('x')
  error.stack = 'Error: x\n    at f (file:///nowhere/a.mjs:1:2)\n    at f (/no where/a.js:1:2)\n    at node:internal/x:3:4'
  t.equal(stackTrace(error), error.stack)
  t.equal(stackTrace('text'), 'text')
})

t.test('the client, in a folder whose name has a blank', async (t) => {
  const directory = path.join(temporaryDirectory(t), 'key gate')
  cpSync(path.dirname(mainFile), path.join(directory, 'dist'), { recursive: true })
  copyFileSync(path.join(path.dirname(mainFile), '../package.json'), path.join(directory, 'package.json'))
  writeFileSync(path.join(directory, 'before.cjs'), "process.stdout.write = () => { throw new Error('no output') }")
  const words = ['-r', path.join(directory, 'before.cjs'), path.join(directory, 'dist/main.js'), 'ask', '--help']
  const { code, stderr } = await run('env', ['-u', 'NODE_OPTIONS', process.execPath, ...words])
  t.equal(code, 1)
  t.match(stderr, /\n {4}at (?:async )?askCommand \(src\/cli\/ask-command\.ts:\d+:\d+\)\n/)
  t.match(stderr, /\n {4}at (?:async )?runSubcommand \(src\/main\.ts:\d+:\d+\)\n/)
  t.notMatch(stderr, /dist\//)
})
