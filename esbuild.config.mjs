// Builds dist/: the program with all packages that it needs inside, and the client beside it. Run by `npm run build`,
// which does nothing where dist/ is newer than its sources; tests build parts of the program with the same settings.

import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'
import { Buffer } from 'node:buffer'
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'

const root = import.meta.dirname

/** What all parts of the program are built with. */
export const settings = {
  absWorkingDir: root,
  outbase: 'src',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 160,
  legalComments: 'none',
  sourcemap: 'linked',
  sourcesContent: false,
  preserveSymlinks: true,
  // Fastify loads them for schemas of routes and for requests of tests. No server here has either.
  external: ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request'],
  metafile: true,
  logLevel: 'warning',
}

/** A file that is loaded when it is needed and has a name of its own is not built into the part that loads it. */
const namedFiles = {
  name: 'named files',
  setup({ initialOptions, onResolve, onLoad }) {
    onResolve({ filter: /\.ts$/ }, ({ kind, path: file }) => {
      const name = path.basename(file, '.ts')
      if (kind !== 'dynamic-import') return undefined
      if (Object.hasOwn(parts.rest.entryPoints, name)) return { path: `./${name}.mjs`, external: true }
      if (!Object.hasOwn(parts.client.entryPoints, name)) return undefined
      const loaded = { path: `./${name}.js` }
      return initialOptions.format === 'cjs' ? { ...loaded, namespace: 'required' } : { ...loaded, external: true }
    })
    // With import(), Node.js would look for the names that a CommonJS module exports, for longer than it takes to run.
    onLoad({ filter: /^/, namespace: 'required' }, ({ path: file }) => ({
      contents: `module.exports = require(${JSON.stringify(file)})`,
    }))
    onResolve({ filter: /^/, namespace: 'required' }, ({ path: file }) => ({ path: file, external: true }))
  },
}

/** A CommonJS module in one file: Node.js runs it without its loader of ES modules, which takes 15 ms of each start. */
const commonJs = {
  format: 'cjs',
  splitting: false,
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: 'const moduleUrl=require("node:url").pathToFileURL(__filename).href;' },
  plugins: [namedFiles],
}

/**
 * The parts, each a build of its own. What they share is there more than once, a few kB; in one build it would be in
 * many small files, which each start would have to read one after the other.
 */
export const parts = {
  /** What is started. It loads what the command line asks for from the files of the other parts. */
  main: { ...commonJs, entryPoints: { main: 'src/main.ts' } },
  client: {
    ...commonJs,
    entryPoints: { 'client-commands': 'src/cli/client-commands.ts' },
    supported: { 'dynamic-import': false },
  },
  /** Everything else that is loaded by its name. */
  rest: {
    outExtension: { '.js': '.mjs' },
    entryPoints: {
      'run-agent': 'src/app/run-agent.ts',
      'kea-shell': 'src/kea-shell/kea-shell.ts',
      'openssl-info': 'src/tls/openssl-info.ts',
      subcommands: 'src/cli/subcommands.ts',
      'certs-command': 'src/cli/certs-command.ts',
      'demo-command': 'src/cli/demo-command.ts',
      'hook/api': 'src/hook/api.ts',
      'hook/child/run-module': 'src/hook/child/run-module.ts',
    },
    // For the packages that are CommonJS modules.
    banner: { js: 'import{createRequire as requireFrom}from"node:module";const require=requireFrom(import.meta.url);' },
    plugins: [namedFiles, {
      name: 'validators',
      setup: ({ onLoad }) => onLoad({ filter: /\/src\/config\/schema\/validators\.ts$/ }, validators),
    }],
  },
}

/** The code of the validators, which Ajv would take a fifth of a second to make at each start. */
async function validators() {
  const { outputFiles } = await build({
    absWorkingDir: root, entryPoints: ['src/config/schema/ajv-schemas.ts'], bundle: true, format: 'esm', write: false,
  })
  const source = Buffer.from(outputFiles[0].contents).toString('base64')
  const { shapes, schemas, ajvOptions } = await import(`data:text/javascript;base64,${source}`)
  const ajv = new Ajv({ ...ajvOptions, schemas, code: { source: true, esm: true } })
  const names = Object.keys(shapes)
  const contents = standalone.default(ajv, Object.fromEntries(names.map((name) => [name, name])))
  return { contents, resolveDir: root }
}

/** The packages whose code is in the result, each version once. */
function bundledPackages(built) {
  const outputs = built.flatMap(({ metafile }) => Object.values(metafile.outputs))
  const inputs = outputs.flatMap((output) => Object.entries(output.inputs))
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  const folders = used.flatMap(([file]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [])
  const packages = [...new Set(folders)].sort().map(readPackage)
  return [...new Map(packages.map((each) => [`${each.name} ${each.version}`, each])).values()]
}

function readPackage(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice|copyright)/i.test(file)).sort()
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').trim())
  return { name, version, license, text: texts.join('\n\n') || `${license}, as its package.json says.` }
}

/** The types for authors of handler modules. The compiler is loaded only here: it takes as long as all of the build. */
async function declarations(fileName) {
  const { default: ts } = await import('typescript')
  const options = { fileName, reportDiagnostics: true }
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(fileName, 'utf8'), options)
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})))
  return outputText
}

/** Whether the result, whose last file this is, is newer than all that it is made from. */
function upToDate(lastFile) {
  const sources = readdirSync('src', { recursive: true }).map((file) => path.join('src', file))
  sources.push('src', 'tsconfig.json', 'node_modules/.package-lock.json', import.meta.filename)
  const built = statSync(lastFile, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return sources.every((file) => statSync(file).mtimeMs < built)
}

if (process.argv[1] === import.meta.filename) {
  process.chdir(root)
  const lastFile = 'dist/built-with.json'
  if (!upToDate(lastFile)) {
    process.stderr.write('building dist/ ...\n')
    rmSync('dist', { recursive: true, force: true })
    const built = await Promise.all(Object.values(parts).map((part) => build({ ...settings, ...part, outdir: 'dist' })))
    writeFileSync('dist/hook/api.d.mts', await declarations('src/hook/api.ts'))
    chmodSync('dist/main.js', 0o755)
    // What ends with .js is CommonJS, against what the package.json above says.
    writeFileSync('dist/package.json', '{ "type": "commonjs" }\n')
    const packages = bundledPackages(built)
    const licenses = packages.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`)
    writeFileSync('dist/THIRD-PARTY-LICENSES', licenses.join(`\n${'-'.repeat(80)}\n\n`))
    const names = packages.map(({ name, version }) => ({ name, version }))
    writeFileSync(lastFile, `${JSON.stringify(names, null, 1)}\n`)
  }
}
