// The types of handler modules as their authors meet them: `tsc --strict` finds a misspelt member at every place where
// one can be, by the types alone and by `defineHandler`, with files of declarations looked at too.

import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { defineHandler } from '../../src/hook/api.ts'
import { temporaryDirectory } from '../support/program.ts'

t.setTimeout(120_000)
const root = path.resolve(import.meta.dirname, '../..')
const page = readFileSync(path.join(root, 'docs/handlers.md'), 'utf8')
const [typed = '', good = ''] = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, text = '']) => text)

const hooks = `import { defineHandler } from 'keagate'
export const { load } = defineHandler({
  async load({ ask }) {
    return {
      commands: { one: { access: 'write', async run(command) { return (await ask(command, 'x', ['d2']))[0] ?? { result: 1 } } } },
      commandReceived: ({ services }) => (services.length === 0 ? { result: 1, text: 'no' } : undefined),
      stop() {},
    }
  },
})
`

const satisfying = typed.replace('): LoadedModule {', ') {').replace(/^ {2}\}$/m, '  } satisfies LoadedModule')

/** Of each, what the compiler says first of it. */
const modules: readonly (readonly [name: string, text: string, said: RegExp | null])[] = [
  ['page-types', typed, null],
  ['page', good, null],
  ['hooks', hooks, null],
  ['member', hooks.replace('commandReceived', 'comandReceived'), /to type 'never'/],
  ['last', 'import { defineHandler } from "keagate"\nexport default defineHandler({ load: () => ({ strat() {} }) })\n', /TS2322/],
  ['command', good.replace("access: 'read'", "access: 'read', acces: 1"), /to type 'never'/],
  ['module', good.replace('load: ()', 'laod: ()'), /'laod' does not exist/],
  ['types-member', typed.replace('commands:', 'strat() {}, commands:'), /'strat' does not exist .*'start'/],
  ['types-command', typed.replace("access: 'read'", "access: 'read', acces: 1"), /'acces' does not exist .*'access'/],
  ['satisfies', satisfying, null],
  ['satisfies-member', satisfying.replace('commands:', 'strat() {}, commands:'), /'strat' does not exist .*'start'/],
  ['arguments', typed.replace('address: caller.remoteAddress', 'address: 1'), /Type 'number' is not assignable to type 'string'/],
  ['right', good.replace("'read'", "'raed'"), /"raed"/],
]

t.test('what is right passes, and each misspelt member is found', async (t) => {
  const directory = temporaryDirectory(t)
  copyFileSync(path.join(root, 'src/hook/api.ts'), path.join(directory, 'api.ts'))
  for (const [name, text] of modules) writeFileSync(path.join(directory, `${name}.mts`), text.replace(/(['"])keagate\1/g, `'./api.ts'`))
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--allowImportingTsExtensions']
  const files = modules.map(([name]) => `${name}.mts`)
  const { stdout } = spawnSync(path.join(root, 'node_modules/.bin/tsc'), [...options, '--noErrorTruncation', ...files], {
    cwd: directory, encoding: 'utf8',
  })
  for (const [name, , said] of modules) {
    const lines = stdout.split(/^(?=\S)/m).filter((line) => line.startsWith(`${name}.mts`)).join('')
    if (said === null) t.equal(lines, '', name)
    else t.match(lines, said, name)
  }
})

t.test('it gives back what it is given', async (t) => {
  const module = { load: () => ({}) }
  t.equal(defineHandler(module), module)
})
