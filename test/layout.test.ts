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
  for (const file of files) t.ok(layers.includes(layerOf(file)), file)
})

t.test('imports go in one direction', async (t) => {
  for (const [file, targets] of imports) {
    for (const target of targets) {
      t.ok(layers.indexOf(layerOf(target)) <= layers.indexOf(layerOf(file)), `${file} imports ${target}`)
    }
  }
})

t.test('no file leads back to itself', async (t) => {
  const state = new Map<string, 'open' | 'done'>()
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return
    t.not(state.get(file), 'open', [...path, file].join(' -> '))
    if (state.get(file) === 'open') return
    state.set(file, 'open')
    for (const target of imports.get(file) ?? []) visit(target, [...path, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
})

t.test('no folder is made with `recursive`, which tries for ever in file systems such as /proc', async (t) => {
  for (const file of files) {
    t.notMatch(readFileSync(join(source, file), 'utf8'), /\bmkdir(?:Sync)?\([^)]*\brecursive:/, file)
  }
})

/** A file that is a layer by itself, or else its room. */
function layerOf(file: string): string {
  return layers.includes(file) ? file : (file.split('/')[0] ?? '')
}
