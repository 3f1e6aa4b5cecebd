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

/** Everything that is started or imported by its name. The rest are chunks. */
export const entryPoints = ['src/main.ts', 'src/hook/api.ts', 'src/hook/child/run-module.ts']

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
  // For the packages that are CommonJS modules.
  banner: { js: 'import{createRequire as requireFrom}from"node:module";const require=requireFrom(import.meta.url);' },
  plugins: [{
    name: 'validators',
    setup: ({ onLoad }) => onLoad({ filter: /\/src\/config\/schema\/validators\.ts$/ }, validators),
  }, {
    name: 'client',
    setup: ({ onResolve }) => onResolve({ filter: /\/client-commands\.ts$/ }, ({ kind }) => {
      return kind === 'dynamic-import' ? { path: './client.js', external: true } : undefined
    }),
  }],
}

/**
 * The client has a build of its own. What it shares with the daemon is there twice, or each would be split into many
 * files, all of which a start would have to read.
 */
export const clientBuild = { entryPoints: { client: 'src/cli/client-commands.ts' }, chunkNames: 'client-[hash]' }

/** The code of the validators, which Ajv would take a fifth of a second to make at each start. */
async function validators() {
  const { outputFiles } = await build({
    absWorkingDir: root, entryPoints: ['src/config/schema/shapes.ts'], bundle: true, format: 'esm', write: false,
  })
  const source = Buffer.from(outputFiles[0].contents).toString('base64')
  const { shapes, ajvOptions } = await import(`data:text/javascript;base64,${source}`)
  const ajv = new Ajv({ ...ajvOptions, schemas: shapes, code: { source: true, esm: true } })
  const names = Object.keys(shapes)
  const contents = standalone.default(ajv, Object.fromEntries(names.map((name) => [name, name])))
  return { contents, resolveDir: root }
}

/** The packages whose code is in the result, each version once. */
function bundledPackages({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs))
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
    const { metafile } = await build({ ...settings, entryPoints, outdir: 'dist' })
    await build({ ...settings, ...clientBuild, outdir: 'dist' })
    writeFileSync('dist/hook/api.d.ts', await declarations('src/hook/api.ts'))
    chmodSync('dist/main.js', 0o755)
    const packages = bundledPackages(metafile)
    const licenses = packages.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`)
    writeFileSync('dist/THIRD-PARTY-LICENSES', licenses.join(`\n${'-'.repeat(80)}\n\n`))
    const names = packages.map(({ name, version }) => ({ name, version }))
    writeFileSync(lastFile, `${JSON.stringify(names, null, 1)}\n`)
  }
}
