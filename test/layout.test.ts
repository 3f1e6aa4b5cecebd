// The layers of `src/`: a file imports from its own folder and from those before it in this list, and never in a circle.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import t from 'tap'

const layers = [
  'errors.ts', 'source-root.ts', 'version.ts', 'in-slices.ts', 'net', 'shares', 'json', 'log', 'observe', 'process', 'x509', 'config', 'tls', 'auth', 'command', 'access', 'audit',
  'forward', 'hook', 'dispatch.ts', 'http', 'runtime.ts', 'announce.ts', 'late-mistake.ts', 'companions.ts', 'monitor', 'address-change.ts',
  'change-queue.ts', 'check.ts', 'doorway.ts', 'deployment.ts', 'daemon.ts',
  'certs', 'doctor', 'health', 'access-command.ts', 'subcommands.ts', 'subcommand.ts', 'cli.ts', 'serve.ts', 'main.ts',
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

function layerOf(file: string): string {
  return file.split('/')[0] ?? ''
}
