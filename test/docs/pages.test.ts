// What every page of the documentation promises: its names are real and its links lead somewhere.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { httpLimitRows, upstreamLimitRows } from '../../src/config/limits.ts'
import { loadConfigText } from '../../src/config/load.ts'
import { messages } from '../../src/log/message.ts'
import { metricDefinitions } from '../../src/metrics/definitions.ts'
import { blocksOf, root } from './page.ts'

const pages = ['README.md', ...readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]

t.test('every link leads to a file or a heading that is there', async (t) => {
  for (const page of pages) {
    for (const [, target = ''] of text(page).matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [file = '', anchor] = target.split('#')
      const there = file === '' ? page : path.join(path.dirname(page), file)
      t.ok(existsSync(path.join(root, there)), `${page}: ${target}`)
      if (anchor !== undefined) t.ok(anchorsOf(text(there)).includes(anchor), `${page}: ${target}`)
    }
  }
})

t.test('pictures are small, and each is shown by a page', async (t) => {
  const pages = readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md'))
  const texts = pages.map((name) => readFileSync(path.join(root, 'docs', name), 'utf8'))
  for (const name of readdirSync(path.join(root, 'docs/pictures'))) {
    t.ok(texts.some((text) => text.includes(`](pictures/${name})`)), name)
    t.ok(statSync(path.join(root, 'docs/pictures', name)).size <= 200_000, `${name}: bytes`)
  }
})

t.test('every page is named in the README', async (t) => {
  for (const page of pages.slice(1)) t.ok(text('README.md').includes(`](${page})`), page)
})

t.test('a page that names a message, a metric, a limit or a command of the agent links to what explains it', async (t) => {
  const limits = [...httpLimitRows, ...upstreamLimitRows].map(({ keyword }) => keyword)
  const commands = ['build-report', 'config-reload', 'config-set', 'config-test', 'config-write', 'status-get']
  const explained: readonly (readonly [string, readonly string[]])[] = [
    ['docs/messages.md', Object.keys(messages)],
    ['docs/monitoring.md', Object.keys(metricDefinitions)],
    ['docs/limits.md', limits],
    ['docs/commands.md', commands],
  ]
  for (const page of pages) {
    const shown = text(page)
    const targets = [...shown.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, file = '']) => path.join(path.dirname(page), file))
    for (const [where, names] of explained) {
      const named = names.filter((name) => shown.includes(`\`${name}\``))
      t.ok(page === where || named.length === 0 || targets.includes(where), `${page}: ${where} for ${named.join(', ')}`)
    }
  }
})

t.test('each message has an anchor of its own, and each mention of a message links to it', async (t) => {
  const ids = Object.keys(messages)
  t.same(rowsWithoutAnchor(text('docs/messages.md'), ids), [], 'docs/messages.md')
  for (const page of pages) t.same(plainMentions(page, text(page), ids), [], page)
  t.same(rowsWithoutAnchor('| <a id="A_B"></a>`A_B` | x |\n| <a id="A_B"></a>`A_C` | x |\n| `A_D` | x |', ['A_B', 'A_C', 'A_D']), ['A_C', 'A_D'])
  const mentions = 'See [`A_B`](messages.md#A_B), [`A_B`](messages.md), [`A_B`](messages.md#A_C) and `A_B`.\n\n```sh\n`A_B`\n```\n'
  t.same(plainMentions('docs/x.md', mentions, ['A_B']), ['A_B -> messages.md', 'A_B -> messages.md#A_C', 'A_B'])
})

t.test('troubleshooting names messages and metrics that exist', async (t) => {
  const page = text('docs/troubleshooting.md')
  const named = [...page.matchAll(/`((?:[A-Z]+_)+[A-Z]+)`/g)].map((match) => match[1] ?? '')
  for (const id of named.filter((id) => id !== 'KEA_PIDFILE_DIR')) t.ok(Object.hasOwn(messages, id), id)
  for (const [, name = ''] of page.matchAll(/`(keagate_\w+)`/g)) t.ok(Object.hasOwn(metricDefinitions, name), name)
})

t.test('the example of control sockets is a configuration that is taken', async (t) => {
  const options = { env: {}, pathChecks: false, dialect: 'command', current: null } as const
  const examples = blocksOf('docs/daemons.md').filter(({ language }) => language === 'json')
  t.ok(examples.length > 0)
  for (const { place, text } of examples) t.match(loadConfigText(place, text, options).warnings, [], place)
})

function text(page: string): string {
  return readFileSync(path.join(root, page), 'utf8')
}

function rowsWithoutAnchor(page: string, ids: readonly string[]): string[] {
  return ids.filter((id) => !`\n${page}`.includes(`\n| <a id="${id}"></a>\`${id}\` |`))
}

/** What a page says of messages outside blocks, without a link to the anchor of that message. */
function plainMentions(page: string, shown: string, ids: readonly string[]): string[] {
  const there = page === 'docs/messages.md' ? '' : path.relative(path.dirname(page), 'docs/messages.md')
  const running = shown.replace(/^```.*\n[^]*?^```$/gm, '').replace(/<a id="(\w+)"><\/a>`\1`/g, '')
  const named = [...running.matchAll(/`([A-Z0-9_]+)`(?:\]\(([^)]*)\))?/g)].filter(([, id = '']) => ids.includes(id))
  return named.filter(([, id, target]) => target !== `${there}#${id}`).map(([, id, target]) => (target === undefined ? `${id}` : `${id} -> ${target}`))
}

/** The anchors of a page's headings, as GitHub and GitLab make them, and those that it sets itself. */
function anchorsOf(page: string): string[] {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '')
  const set = [...page.matchAll(/<a id="([^"]+)"><\/a>/g)].map((match) => match[1] ?? '')
  return [...headings.map((heading) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-')), ...set]
}

t.test('the page of the architecture names files that are there', async (t) => {
  const page = text('docs/architecture.md')
  const named = [...page.matchAll(/`((?:[a-z0-9-]+\/)+(?:[a-z0-9.-]+\.ts)?)`/g)].map((match) => match[1] ?? '')
  t.ok(named.length > 30)
  const places = ['src', 'src/http', '.']
  for (const name of named) t.ok(places.some((place) => existsSync(path.join(root, place, name))), name)
})

t.test('an answer has no line end, so every curl line that shows one adds it', async (t) => {
  const files = [...pages, 'docs/man/keagate.8', 'config/debian/README.Debian', 'config/debian/keagate.conf']
  const lines = files.flatMap((file) => text(file).split('\n').map((line) => ({ file, line })))
  const asking = lines.filter(({ line }) => / -d | -d$|^ *(?:\/\/ *)?\\?-d /.test(line) && /https?:\/\/\S+:8000\//.test(line))
  t.ok(asking.length >= 7, `${asking.length} lines`)
  for (const { file, line } of asking) t.match(line, /; echo$/, file)
})
