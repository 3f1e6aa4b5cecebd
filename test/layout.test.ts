// The layers of `src/`: a file imports from its own folder and from those before it in this list, and never in a
// circle. And a call of Node.js that has no place in any of them.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import t from 'tap'

const layers = [
  'errors.ts', 'account.ts', 'install-dir.ts', 'version.ts', 'in-slices.ts', 'net', 'shares', 'json', 'x509', 'log', 'metrics', 'process',
  'config', 'tls', 'auth', 'command', 'access', 'audit', 'forward', 'hook', 'command/dispatch.ts', 'http', 'monitoring',
  'cli/arguments.ts', 'reload', 'app',
  'doctor', 'client', 'certs', 'health', 'demo', 'kea-shell', 'cli', 'main.ts',
]

const source = join(import.meta.dirname, '../src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

const imports = new Map(
  files.map((file) => {
    const text = readFileSync(join(source, file), 'utf8')
    const names = [...text.matchAll(/^(?:import|export) [^;]*?from '(\.[^']+)'/gm)].map((match) => match[1] ?? '')
    return [file, names.map((name) => relative(source, join(source, dirname(file), name)))]
  }),
)

t.test('every file has its place', async (t) => {
  t.same(files.filter((file) => !layers.includes(layerOf(file))), [])
})

t.test('imports go in one direction', async (t) => {
  const back = [...imports].flatMap(([file, targets]) => {
    const wrong = targets.filter((target) => layers.indexOf(layerOf(target)) > layers.indexOf(layerOf(file)))
    return wrong.map((target) => `${file} imports ${target}`)
  })
  t.ok([...imports.values()].flat().length > 1000, 'imports are found')
  t.same(back, [])
})

t.test('no file leads back to itself', async (t) => {
  const state = new Map<string, 'open' | 'done'>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      circles.push([...path, file].join(' -> '))
      return
    }
    state.set(file, 'open')
    for (const target of imports.get(file) ?? []) visit(target, [...path, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
  t.same(circles, [])
})

t.test('no folder is made with `recursive`, which tries for ever in file systems such as /proc', async (t) => {
  const recursive = /\bmkdir(?:Sync)?\([^)]*\brecursive:/
  t.same(files.filter((file) => recursive.test(readFileSync(join(source, file), 'utf8'))), [])
})

/** A file that is a layer by itself, or else its room. */
function layerOf(file: string): string {
  return layers.includes(file) ? file : (file.split('/')[0] ?? '')
}
