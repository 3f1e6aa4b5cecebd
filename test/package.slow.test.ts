// The npm package as somebody else gets it: packed from a copy of the checkout, installed into a folder of its own.

import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import t from 'tap'
import { startProgram, temporaryDirectory } from './support/program.ts'

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

interface BundledPackage {
  readonly name: string
  readonly version: string
}

function npm(words: readonly string[], cwd: string): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, npm_config_prefix: prefix, npm_config_update_notifier: 'false' }
  return spawnSync('npm', words, { cwd, env, encoding: 'utf8', timeout: 200_000 })
}

// `npm pack` builds anew, which the tests beside this one must not notice.
mkdirSync(checkout)
const sources = [
  '.ci', '.npmrc', 'LICENSE', 'README.md', 'config', 'docs', 'esbuild.config.mjs', 'package.json', 'package-lock.json',
  'src', 'tsconfig.json',
]
for (const name of sources) {
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

const read = (file: string): string => readFileSync(join(checkout, 'dist', file), 'utf8')
const bundled = JSON.parse(read('built-with.json')) as readonly BundledPackage[]

t.test('it has what runs, its types, samples and pages, and nothing else', async (t) => {
  const paths = packed.files.map(({ path }) => path)
  const known = [
    /^(?:LICENSE|README\.md|package\.json)$/, /^dist\/(?:main|client-commands)\.js(?:\.map)?$/,
    /^dist\/(?:hook\/(?:child\/)?)?[\w-]+\.mjs(?:\.map)?$/, /^dist\/hook\/api\.d\.mts$/, /^dist\/package\.json$/,
    /^dist\/(?:THIRD-PARTY-LICENSES|built-with\.json|sbom\.cdx\.json)$/, /^docs\/.+\.md$/,
    /^docs\/(?:performance\.(?:json|svg)|pictures\/[a-z-]+\.(?:svg|png))$/,
    /^docs\/man\/.+\.[158]$/, /^config\/(?!debian\/).+$/,
  ]
  t.same(paths.filter((path) => !known.some((each) => each.test(path))), [])
  for (const path of ['dist/main.js', 'dist/hook/api.d.mts', 'config/systemd/keagate.service', 'docs/keywords.md', 'docs/man/keagate.8']) {
    t.ok(paths.includes(path), path)
  }
})

/** The sources, such as `/src/main.ts`, whose code is in a file of the build. */
const sourcesIn = (file: string): string[] => {
  const { sources } = JSON.parse(read(`${file}.map`)) as { readonly sources: readonly string[] }
  return sources.map((source) => resolve('/dist', dirname(file), source))
}
const built = readdirSync(join(checkout, 'dist'), { recursive: true, encoding: 'utf8' }).filter((name) => /\.m?js$/.test(name))

t.test('each module is once in each part of the build, with its place in the sources', async (t) => {
  const partOf = (name: string): string => (name === 'main.js' ? 'main' : name.startsWith('client') ? 'client' : 'rest')
  for (const part of ['main', 'client', 'rest']) {
    const own = built.filter((name) => partOf(name) === part).flatMap(sourcesIn)
    t.same(own.toSorted(), [...new Set(own)].toSorted(), part)
  }
  t.ok(read('main.js').length < 30_000, 'what main.js has a second time is small')
  const modules = built.flatMap(sourcesIn)
  for (const name of ['/src/main.ts', '/src/app/run-agent.ts', '/src/hook/child/run-module.ts']) t.ok(modules.includes(name), name)
  for (const file of built) t.ok(read(file).split('\n').every((line) => line.length < 3000), `${file} has lines`)
})

t.test('a start reads few files, and nothing that few starts need', async (t) => {
  const serve = built.find((name) => sourcesIn(name).includes('/src/app/run-agent.ts')) ?? ''
  t.match(read(serve), /function preHandlerCallback/, 'functions keep their names, for stack traces')
  const files = new Set(['main.js', serve])
  // A set grows while it is walked.
  for (const file of files) {
    for (const [, name = ''] of read(file).matchAll(/\b(?:from|import) ?"\.\/([^"]+)"/g)) files.add(name)
  }
  // Each costs a start a third of a millisecond.
  t.ok(files.size <= 24, `${files.size} files`)
  const modules = [...files].flatMap(sourcesIn).join('\n')
  t.match(modules, /\/fastify\/fastify\.js/)
  t.notMatch(modules, /\/ajv\/dist\/core\.js|\/@peculiar\/|\/light-my-request\/|-compiler\/|\/src\/(?:certs|doctor|demo|kea-shell)\//)
})

t.test('a start of the client reads few files, and neither HTTP nor TLS for a daemon on this machine', async (t) => {
  const report = join(directory, 'report.cjs')
  writeFileSync(report, `process.on('exit', () => {
    const files = Object.keys(require.cache).map((file) => require('path').basename(file))
    process.stdout.write(JSON.stringify({ files, modules: process.moduleLoadList }))
  })`)
  const main = join(checkout, 'dist/main.js')
  const words = ['-r', report, main, 'ask', 'version-get', '--socket', join(directory, 'none')]
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  t.equal(status, 2, 'nothing takes commands there')
  t.match(stderr, /^keagate ask: connection: connect ENOENT /)
  const { files, modules } = JSON.parse(stdout) as Readonly<Record<'files' | 'modules', readonly string[]>>
  t.same(files.toSorted(), ['client-commands.js', 'main.js', 'report.cjs'])
  const heavy = modules.filter((name) => /^NativeModule (?:_http_|_tls_|https?$|http2$|tls$|crypto$|readline$)/.test(name))
  t.same(heavy, [])
  t.ok(modules.includes('NativeModule net'))
})

t.test('it needs no other package, and has the licences of those inside', async (t) => {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as Record<string, unknown>
  t.same([dependencies, peerDependencies], [undefined, undefined])
  for (const name of ['fastify', 'pino', 'ajv', '@peculiar/x509', 'find-my-way']) t.ok(bundled.some((each) => each.name === name), name)
  const parts = read('THIRD-PARTY-LICENSES').split(`\n${'-'.repeat(80)}\n\n`)
  t.equal(parts.length, bundled.length)
  for (const { name, version } of bundled) {
    const part = parts.find((each) => each.startsWith(`${name} ${version} (`)) ?? ''
    t.match(part, /copyright|as its package\.json says/i, name)
  }
})

t.test('the SBOM lists what is inside, no more and no less', async (t) => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
  const sbom = JSON.parse(read('sbom.cdx.json')) as {
    readonly bomFormat: string
    readonly metadata: { readonly component: { readonly name: string; readonly version: string } }
    readonly components: readonly {
      readonly name: string
      readonly version: string
      readonly purl: string
      readonly properties?: unknown
    }[]
  }
  t.equal(sbom.bomFormat, 'CycloneDX')
  t.match(sbom.metadata.component, { name: 'keagate', version })
  const named = (packages: readonly BundledPackage[]): string[] => packages.map(({ name, version }) => `${name}@${version}`).toSorted()
  t.same(named(sbom.components), [...new Set(named(bundled))])
  for (const { name, purl, properties } of sbom.components) {
    t.match(purl, /^pkg:npm\/./, name)
    t.notMatch(JSON.stringify(properties ?? []), /development/, name)
  }
})

// Nothing has to be fetched.
const install = npm(['install', '-g', '--offline', '--engine-strict', '--no-audit', '--no-fund', tarball], directory)

t.test('npm install -g gives all three programs and their pages', async (t) => {
  t.equal(install.status, 0, install.stderr)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
  for (const name of ['keagate', 'kea-ctrl-agent', 'kea-shell']) {
    const { status, stdout } = spawnSync(join(prefix, 'bin', name), ['-v'], { encoding: 'utf8' })
    t.same({ name, status, stdout }, { name, status: 0, stdout: `${version}\n` })
  }
  const schema = spawnSync(join(prefix, 'bin/keagate'), ['schema'], { encoding: 'utf8' })
  t.match(JSON.parse(schema.stdout), { properties: { 'Control-agent': {} } })
  const sample = join(prefix, 'lib/node_modules/keagate/config/kea-ctrl-agent.conf')
  t.equal(spawnSync(join(prefix, 'bin/kea-ctrl-agent'), ['-t', sample]).status, 0, 'the sample is usable')
  for (const file of readdirSync(join(prefix, 'lib/node_modules'))) t.equal(file, 'keagate', 'no other package')
  t.notOk(existsSync(join(prefix, 'lib/node_modules/keagate/node_modules')))
  for (const page of [
    'man8/keagate.8', 'man1/keagate-ask.1', 'man8/kea-ctrl-agent.8', 'man8/kea-shell.8', 'man5/keagate.conf.5',
  ]) {
    t.ok(existsSync(join(prefix, 'share/man', page)), page)
  }
})

t.test('all that it does needs nothing else: JSON lines, modules with parameters, certificates', async (t) => {
  const library = join(directory, 'module.mjs')
  writeFileSync(library, `export const parameters = { type: 'object', properties: { text: { type: 'string' } } }
    export const load = ({ parameters: { text } }) => ({ commands: { say: { access: 'read', run: () => ({ result: 0, text }) } } })\n`)
  const program = await startProgram(t, {
    'hooks-libraries': [{ library, parameters: { text: 'heard' } }],
    'loggers': [{ name: 'kea-ctrl-agent', 'output-options': [{ output: 'stdout', format: 'json' }] }],
  }, { executable: join(prefix, 'bin/keagate') })
  const response = await fetch(`http://127.0.0.1:${program.port}/`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{ "command": "say" }',
  })
  t.match(await response.json(), [{ result: 0, text: 'heard' }])
  t.match(program.output(), /^\{"severity":"INFO",.*"id":"CTRL_AGENT_STARTED"/m)
  const certificates = join(directory, 'certificates')
  const certs = spawnSync(join(prefix, 'bin/keagate'), ['certs', 'init', certificates], { encoding: 'utf8' })
  t.equal(certs.status, 0, certs.stderr)
})

t.test('its types serve who writes a module', async (t) => {
  const consumer = join(directory, 'consumer')
  mkdirSync(join(consumer, 'node_modules'), { recursive: true })
  symlinkSync(join(prefix, 'lib/node_modules/keagate'), join(consumer, 'node_modules/keagate'))
  symlinkSync(join(root, 'node_modules/@types'), join(consumer, 'node_modules/@types'))
  const compile = (text: string): string => {
    writeFileSync(join(consumer, 'module.mts'), text)
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', 'module.mts']
    return spawnSync(join(root, 'node_modules/.bin/tsc'), options, { cwd: consumer, encoding: 'utf8' }).stdout
  }
  const module = (result: string): string => `import type { HandlerModule } from 'keagate'
    export const load: HandlerModule['load'] = () => ({ commands: { hello: { access: 'read', run: () => ({ result: ${result} }) } } })\n`
  t.equal(compile(module('0')), '')
  t.match(compile(module('"none"')), /TS2322/)
  const defined = (member: string): string => `import { defineHandler } from 'keagate'
    export const { parameters, load } = defineHandler({ load: () => ({ commands: {}, ${member}: ({ name }) => undefined }) })\n`
  t.equal(compile(defined('commandReceived')), '')
  t.match(compile(defined('comandReceived')), /not assignable to type 'never'/)
  const ran = spawnSync(process.execPath, ['-e', `import('keagate').then((it) => console.log(it.defineHandler({ load: 1 }).load))`], {
    cwd: consumer, encoding: 'utf8',
  })
  t.equal(ran.stdout, '1\n', ran.stderr)
})

t.test('what is built is not built again', async (t) => {
  const buildTime = (): number => statSync(join(checkout, 'dist/main.js')).mtimeMs
  const before = buildTime()
  t.match(npm(['run', '--silent', 'build'], checkout), { status: 0, stderr: '' })
  t.equal(buildTime(), before)
  for (const touch of [
    () => writeFileSync(join(checkout, 'src/new.ts'), ''),
    () => rmSync(join(checkout, 'src/new.ts')),
    () => appendFileSync(join(checkout, 'src/main.ts'), '\n'),
  ]) {
    const last = buildTime()
    touch()
    // `npm start` builds first, and must not be silent for that long.
    t.match(npm(['run', '--silent', 'build'], checkout), { status: 0, stderr: 'building dist/ ...\n' })
    t.ok(buildTime() > last, 'but what has changed is')
  }
})
