// The pages are read with pleasure: short sentences, and words of today.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { subcommands } from '../../src/cli/subcommand.ts'
import { configSchema } from '../../src/config/schema/schema.ts'
import { help } from '../../src/kea-shell/usage.ts'
import { passagesOfMan } from './man-passages.ts'
import { passagesOfMarkdown } from './markdown-passages.ts'
import type { Passage } from './passage.ts'
import { root } from './page.ts'
import { proseOf, sentencesOf } from './prose.ts'

const longest = 30

/** What a reader of today stumbles over, and what to write. */
const stumbles: readonly (readonly [RegExp, string])[] = [
  [/\b(?:whoever|whomever|nobody|somebody)\b/i, 'name who: a client, an operator, a user'],
  [/\banew\b/i, 'again'],
  [/\b(?:he|his|him|himself)\b/i, 'name who, or they'],
  [/\bin the place of\b/i, 'instead of'],
]

t.test(`no sentence has more than ${longest} words outside tables, code and quotes`, async (t) => {
  for (const { name, passages } of proseOf(root)) {
    const text = passages.filter(({ kind }) => kind === 'text')
    const long = text.flatMap(sentencesOf).filter(({ words }) => words > longest)
    t.same(long.map(({ line, words, text }) => `${name}:${line}: ${words} words: ${text}`), [], name)
  }
})

t.test('no word that a reader stumbles over, in tables neither', async (t) => {
  for (const { name, passages } of proseOf(root)) {
    t.same(passages.flatMap((passage) => stumblesIn(name, passage)), [], name)
  }
})

t.test('nor in what is copied: samples, units, texts of the package', async (t) => {
  const files = readdirSync(path.join(root, 'config'), { recursive: true, encoding: 'utf8' }).map((name) => `config/${name}`)
  const names = files.filter((name) => /\.(?:conf|ya?ml|service|timer|socket|mjs|Debian)$|control$|post|pre/.test(name)).sort()
  t.ok(names.length > 15, `${names.length} files`)
  for (const name of names) {
    const lines = readFileSync(path.join(root, name), 'utf8').split('\n')
    const found = lines.flatMap((line, index) => {
      return stumblesAt(`${name}:${index + 1}`, line.trim())
    })
    t.same(found, [], name)
  }
})

t.test('nor in the usage of a sub-command, or in what the schema says of a keyword', async (t) => {
  for (const [name, entry] of Object.entries(subcommands)) {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough({ encoding: 'utf8' }), new PassThrough()]
    t.equal(await (await entry.load())(['--help'], { env: {}, program: 'keagate', stdin, stdout, stderr }), 0)
    t.same(stumblesAt(name, `${entry.summary} ${String(stdout.read())}`), [], name)
  }
  t.same(stumblesAt('kea-shell', help), [])
  t.same(stumblesAt('schema', JSON.stringify(configSchema)), [])
})

t.test('the README is read in a minute, and its figures are those that were measured', async (t) => {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
  t.ok(readme.split('\n').length - 1 <= 120, 'lines')
  const measured = readFileSync(path.join(root, 'docs/performance.md'), 'utf8')
  const price = readme.slice(readme.indexOf('\n## Speed and its price'))
  const figures = [...readme.matchAll(/\b(\d[\d,.]*)(?= (?:MB|ms|\/s)\b)/g), ...price.matchAll(/\b(\d[\d,.]*\d)\b/g)]
  t.ok(figures.length > 10)
  for (const [, figure = ''] of figures) t.match(measured, new RegExp(`\\b${figure.replaceAll('.', '\\.')}\\b`), figure)
})

function stumblesIn(name: string, passage: Passage): string[] {
  return sentencesOf(passage).flatMap(({ line, text }) => stumblesAt(`${name}:${line}`, text))
}

function stumblesAt(place: string, text: string): string[] {
  return stumbles.filter(([word]) => word.test(text)).map(([, better]) => `${place}: ${better}: ${text}`)
}

t.test('sentences are told apart', async (t) => {
  const told = (page: string): string[] => {
    return passagesOfMarkdown(page).flatMap(sentencesOf).map(({ line, words, text }) => `${line} ${words} ${text}`)
  }
  t.same(told('One. Two (three).\nFour five!'), ['1 1 One.', '1 2 Two (three).', '2 2 Four five!'])
  t.same(told('Use e.g. Node.js 20.19 ... or so. keagate runs.'), ['1 6 Use e.g. Node.js 20.19 ... or so.', '1 2 keagate runs.'])
  t.same(told('Has `a b. C` in it. `x` follows.'), ['1 4 Has CODE in it.', '1 2 CODE follows.'], 'a code span is one word')
  t.same(told('A `span\nover lines` here.\nNext one. Last.'), ['1 3 A CODE here.', '3 2 Next one.', '3 1 Last.'])
  t.same(told('# Head\n\nText:\n\n- one\n- two\n  goes on\n1. three'), ['1 1 Head', '3 1 Text:', '5 1 one', '6 3 two goes on', '8 1 three'])
  t.same(told('See [the page. Yes](a.md#b.c), **bold**.\n```sh\nnot this\n```\n> nor this\n\nEnd'), [
    '1 3 See the page.', '1 2 Yes, bold.', '7 1 End',
  ])
  t.same(passagesOfMarkdown('| a | `b` c |\n| --- | --- |').map(({ text, kind }) => `${kind} ${text}`), ['cell a', 'cell CODE c'])
})

t.test('and in manual pages', async (t) => {
  const page = '.TH A 8\n.SH SYNOPSIS\n.B not this\n.SH USE\n.B keagate \\-c\nruns. It\nis\n.BR good (8),\nyes.\n.TP\n.B \\-c\nText.\n.nf\nno\n.fi\n'
  const told = passagesOfMan(page).flatMap(sentencesOf).map(({ line, words, text }) => `${line} ${words} ${text}`)
  t.same(told, ['5 2 CODE runs.', '6 4 It is CODE, yes.', '11 1 CODE', '12 1 Text.'])
})
