// The npm package as somebody else gets it: packed from a copy of the checkout, installed into a folder of its own.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { temporaryDirectory } from './program.ts'

// npm takes its time on a busy machine.
t.setTimeout(300_000)

const root = resolve(import.meta.dirname, '..')
const directory = temporaryDirectory(t)
const checkout = join(directory, 'checkout')
const prefix = join(directory, 'prefix')

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string; readonly mode: number }[]
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean }>>
}

function npm(words: readonly string[], cwd: string): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, npm_config_prefix: prefix, npm_config_update_notifier: 'false' }
  return spawnSync('npm', words, { cwd, env, encoding: 'utf8', timeout: 200_000 })
}

// `npm pack` builds anew, which the tests beside this one must not notice.
mkdirSync(checkout)
for (const name of ['.ci', '.npmrc', 'LICENSE', 'README.md', 'config', 'docs', 'package.json', 'package-lock.json', 'src', 'tsconfig.json']) {
  cpSync(join(root, name), join(checkout, name), { recursive: true })
}
symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'))
mkdirSync(join(checkout, 'dist'))
writeFileSync(join(checkout, 'dist/stale.js'), '')
const packing = npm(['pack', '--json', '--pack-destination', directory], checkout)
if (packing.status !== 0) throw new Error(packing.stdout + packing.stderr)
// Its form is another one from npm 12 on.
const [packed] = Object.values(JSON.parse(packing.stdout.slice(packing.stdout.search(/^[[{]/m))) as Record<string, Packed>)
if (packed === undefined) throw new Error(packing.stdout)
const tarball = join(directory, packed.filename)

t.test('it has what runs, its types, samples and pages, and nothing else', async (t) => {
  const paths = packed.files.map(({ path }) => path)
  const known = /^(?:LICENSE|README\.md|package\.json|dist\/sbom\.cdx\.json|dist\/config\/shape-check\.made\.cjs|dist\/built-with\.json|dist\/.+\.(?:js|d\.ts)|dist\/builtin\/.+\.(?:cjs|d\.cts)|docs\/.+\.md|docs\/performance\.(?:json|svg)|docs\/man\/.+\.[58]|config\/.+)$/
  t.same(paths.filter((path) => !known.test(path) || path.startsWith('config/debian/')), [])
  for (const path of paths.filter((path) => path.startsWith('dist/') && /\.(?:js|d\.ts)$/.test(path))) {
    const source = path.replace(/^dist/, 'src').replace(/(?:\.d\.ts|\.js)$/, '.ts')
    t.ok(existsSync(join(root, source)), `${path} comes from ${source}`)
    const text = readFileSync(join(checkout, path), 'utf8')
    t.notMatch(text, /^\/\/# sourceMappingURL/m, `${path} points to no source map`)
    // In types, the compiler finds the one for the other.
    if (path.endsWith('.js')) t.notMatch(text, /(?:from|import\() ?'\.[^']*\.ts'/, `${path} imports what is there`)
  }
  for (const path of ['dist/main.js', 'dist/hook/api.d.ts', 'config/systemd/keagate.service', 'docs/keywords.md', 'docs/man/keagate.8']) {
    t.ok(paths.includes(path), path)
  }
})

t.test('what starts does without what no server of ours needs', async (t) => {
  const text = readFileSync(join(checkout, 'dist/serve.js'), 'utf8')
  t.notMatch(text, /["']node:http2["']/)
  // An import reads what is only made when somebody asks for it: a client for web sockets, all trusted certificates.
  t.notMatch(text, /(?:from|import) ?["']node:(?:crypto|http|tls|util)["']/)
  t.match(text, /function preHandlerCallback/, 'functions keep their names, for stack traces')
  t.ok(text.split('\n').every((line) => line.length < 3000), 'and have lines')
})

t.test('the SBOM lists what is installed with it, no more and no less', async (t) => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  const needed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true)
  const expected = needed.map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`)
  const sbom = JSON.parse(readFileSync(join(checkout, 'dist/sbom.cdx.json'), 'utf8')) as {
    readonly bomFormat: string
    readonly metadata: { readonly component: { readonly name: string; readonly version: string } }
    readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[]
  }
  t.equal(sbom.bomFormat, 'CycloneDX')
  t.match(sbom.metadata.component, { name: 'keagate', version: packages['']?.version ?? 'none' })
  const listed = sbom.components.map(({ name, version }) => `${name}@${version}`)
  t.same(listed.toSorted(), [...new Set(expected)].toSorted())
  for (const { name, purl } of sbom.components) t.match(purl, /^pkg:npm\/./, name)
})

const install = npm(['install', '-g', '--prefer-offline', '--no-audit', '--no-fund', tarball], directory)
const unreachable = install.status !== 0 && /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED/.test(install.stderr)
const noRegistry = unreachable && process.env['CI'] !== 'true' ? 'the npm registry cannot be reached' : false
if (noRegistry !== false) console.error(`# NOT TESTED: npm install -g: ${noRegistry}`)

t.test('npm install -g gives both programs and their pages', { skip: noRegistry }, async (t) => {
  t.equal(install.status, 0, install.stderr)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
  for (const name of ['keagate', 'kea-ctrl-agent']) {
    const { status, stdout } = spawnSync(join(prefix, 'bin', name), ['-v'], { encoding: 'utf8' })
    t.same({ name, status, stdout }, { name, status: 0, stdout: `${version}\n` })
  }
  const schema = spawnSync(join(prefix, 'bin/keagate'), ['schema'], { encoding: 'utf8' })
  t.match(JSON.parse(schema.stdout), { properties: { 'Control-agent': {} } })
  const sample = join(prefix, 'lib/node_modules/keagate/config/kea-ctrl-agent.conf')
  t.equal(spawnSync(join(prefix, 'bin/kea-ctrl-agent'), ['-t', sample]).status, 0, 'the sample is usable')
  for (const page of ['man8/keagate.8', 'man8/kea-ctrl-agent.8', 'man5/keagate.conf.5']) {
    t.ok(existsSync(join(prefix, 'share/man', page)), page)
  }
})

t.test('its types serve who writes a module', { skip: noRegistry }, async (t) => {
  const consumer = join(directory, 'consumer')
  mkdirSync(join(consumer, 'node_modules'), { recursive: true })
  symlinkSync(join(prefix, 'lib/node_modules/keagate'), join(consumer, 'node_modules/keagate'))
  symlinkSync(join(root, 'node_modules/@types'), join(consumer, 'node_modules/@types'))
  const compile = (text: string): string => {
    writeFileSync(join(consumer, 'module.mts'), text)
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--skipLibCheck', 'module.mts']
    return spawnSync(join(root, 'node_modules/.bin/tsc'), options, { cwd: consumer, encoding: 'utf8' }).stdout
  }
  const module = (result: string): string => `import type { HandlerModule } from 'keagate'
    export const load: HandlerModule['load'] = () => ({ commands: { hello: { access: 'read', run: () => ({ result: ${result} }) } } })\n`
  t.equal(compile(module('0')), '')
  t.match(compile(module('"none"')), /TS2322/)
})
