// Handler modules in TypeScript, as the page about them shows them: with types alone they need nothing at run time;
// with `defineHandler` they need the package, which is found by what the page says, or bundled.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { transform } from 'esbuild'
import t from 'tap'
import type { Finished } from '../support/child.ts'
import { run } from '../support/child.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'

const root = path.resolve(import.meta.dirname, '../..')
const page = readFileSync(path.join(root, 'docs/handlers.md'), 'utf8')
const [typed = '', defined = ''] = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, text = '']) => text)

async function compiled(text: string): Promise<string> {
  return (await transform(text, { loader: 'ts', format: 'esm' })).code
}

/** `-t` of a configuration with this module. */
function check(library: string): Promise<Finished> {
  const file = path.join(path.dirname(library), 'a.conf')
  writeFileSync(file, JSON.stringify({ 'Control-agent': { 'hooks-libraries': [{ library }] } }))
  return run(process.execPath, [mainFile, '-t', file])
}

t.test('one that imports types alone works anywhere', async (t) => {
  const library = path.join(temporaryDirectory(t), 'module.mjs')
  writeFileSync(library, await compiled(typed))
  const program = await startProgram(t, { 'hooks-libraries': [{ library }] })
  const response = await fetch(`http://127.0.0.1:${program.port}/`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{ "command": "whose-address" }',
  })
  t.same(await response.json(), [{ result: 0, arguments: { address: '127.0.0.1' } }])
})

t.test('one with defineHandler is refused without the package, and taken with the link of the page', async (t) => {
  const library = path.join(temporaryDirectory(t), 'module.mjs')
  writeFileSync(library, await compiled(defined))
  t.match(await check(library), { code: 1, stderr: /Cannot find package 'keagate' imported from .*module\.mjs/ })
  const packages = temporaryDirectory(t)
  symlinkSync(root, path.join(packages, 'keagate'))
  const lines = /^```sh\n([^]*?)^```$/m.exec(page)?.[1] ?? 'false'
  const here = lines.replaceAll('/etc/kea/handlers', path.dirname(library)).replace('$(npm root -g)', packages)
  t.match(await run('/bin/sh', ['-ec', here]), { code: 0, stderr: '' })
  t.match(await check(library), { code: 0, stderr: '' })
})

t.test('one that is bundled as the page says needs no package', async (t) => {
  const development = temporaryDirectory(t)
  mkdirSync(path.join(development, 'node_modules'))
  symlinkSync(root, path.join(development, 'node_modules/keagate'))
  const [source, bundle] = [path.join(development, 'module.mts'), path.join(temporaryDirectory(t), 'bundle.mjs')]
  writeFileSync(source, defined)
  const options = /`esbuild ([^`]*)`/.exec(page)?.[1] ?? ''
  const esbuild = path.join(root, 'node_modules/.bin/esbuild')
  t.match(await run(esbuild, [source, `--outfile=${bundle}`, ...options.split(' ')]), { code: 0 })
  t.match(await check(bundle), { code: 0, stderr: '' })
})
