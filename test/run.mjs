// Runs test files, two at a time: `node test/run.mjs [-R REPORTER] [--jobs=N] [--slow] [FILE or FOLDER]...`
// A folder stands for the tests in it: those named `*.slow.test.ts` with --slow, else the others.
//
// The tests and all that they import are built once, in a second, and node alone runs the result. tap's own runner
// starts each test, and each program that a test starts, with hooks for coverage that take longer than most tests.

import { report } from '@tapjs/reporter'
import { build } from 'esbuild'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import t from 'tap'

const root = path.dirname(import.meta.dirname)
/** Until a test file that does not end is stopped. */
const seconds = 400

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    reporter: { type: 'string', short: 'R', default: 'terse' },
    jobs: { type: 'string', short: 'j', default: '2' },
    slow: { type: 'boolean', default: false },
  },
})
const places = positionals.length > 0 ? positionals : [path.join(root, 'test')]
const files = [...new Set(places.flatMap(testsIn).map((file) => path.relative(root, path.resolve(file))))]

function testsIn(place) {
  if (!statSync(place).isDirectory()) return [place]
  const tests = readdirSync(place, { recursive: true }).filter((file) => file.endsWith('.test.ts')).sort()
  return tests.filter((file) => file.endsWith('.slow.test.ts') === options.slow).map((file) => path.join(place, file))
}

/** `import.meta` tells where a source is, not where the file is that was built from it. */
const placeOfSource = {
  name: 'place of the source',
  setup: ({ onLoad }) => onLoad({ filter: /\.m?[jt]s$/ }, ({ path: file }) => {
    if (file.includes('/node_modules/')) return undefined
    const values = { url: pathToFileURL(file).href, dirname: path.dirname(file), filename: file }
    const contents = readFileSync(file, 'utf8')
      .replace(/\bimport\.meta\.(url|dirname|filename)\b/g, (_, name) => JSON.stringify(values[name]))
    return { contents, loader: file.endsWith('.ts') ? 'ts' : 'js' }
  }),
}

/** tap as one file: each test would have to read its 230 files, in a seventh of a second. */
const bundledTap = {
  name: 'bundled tap',
  setup: ({ onResolve }) => onResolve({ filter: /^tap$/ }, () => ({ path: path.join(outdir, 'tap.mjs'), external: true })),
}

/** For packages that are CommonJS modules. */
const requireFrom = 'import{createRequire as requireFrom}from"node:module";const require=requireFrom(import.meta.url);'

mkdirSync(path.join(root, '.tap'), { recursive: true })
const outdir = mkdtempSync(path.join(root, '.tap/built-'))
process.once('exit', () => rmSync(outdir, { recursive: true, force: true }))
await build({
  absWorkingDir: root, outfile: path.join(outdir, 'tap.mjs'), entryPoints: ['tap'], bundle: true,
  platform: 'node', format: 'esm', target: 'node20.19', banner: { js: requireFrom },
})
await build({
  absWorkingDir: root, outdir, outbase: '.', entryPoints: files,
  bundle: true, splitting: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20.19',
  sourcemap: 'linked', sourcesContent: false, logLevel: 'warning', plugins: [bundledTap, placeOfSource],
})

// The map stands for tap's configuration, of which a reporter asks only whether it should show comments.
if (options.reporter !== 'tap') await report(options.reporter, t, new Map())
const stdio = options.reporter === 'tap' ? 'inherit' : 'pipe'
const env = { ...process.env, TAP_TIMEOUT: String(seconds) }
t.jobs = Number(options.jobs)
t.setTimeout(0)
t.plan(files.length)
const running = files.map((file) => {
  const built = path.join(outdir, file.replace(/ts$/, 'js'))
  // Without the variable, by which tap puts its hooks into every program.
  const args = ['-u', 'NODE_OPTIONS', process.execPath, '--enable-source-maps', built]
  return t.spawn('/usr/bin/env', args, { name: file, cwd: root, timeout: 1000 * seconds, stdio, env, at: null, stack: '' })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    for (const { subtest } of running) subtest?.proc?.kill(signal)
    process.exit(1)
  })
}
