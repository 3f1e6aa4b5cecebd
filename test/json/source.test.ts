// Positions in texts and files, and the include directive.

import { deepStrictEqual, equal } from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import type { Test } from 'tap'
import t from 'tap'
import fc from 'fast-check'
import { LineMap } from '../../src/json/text/line-map.ts'
import { nodeToPrintable, printCompact } from '../../src/json/text/print.ts'
import { IncludeError, loadSource, textSource } from '../../src/json/text/source.ts'
import { parseJson } from '../../src/json/text/parser.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

interface Read {
  /** In the compact form, or null where the text is bad. */
  readonly value: string | null
  /** `FILE:LINE:COLUMN: text` */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

type Folder = Record<string, string | Buffer | Record<string, string>>

/** Makes a folder of files and works there to the end of the test. */
function inFolder(t: Test, files: Folder): void {
  process.chdir(t.testdir(files))
  t.teardown(() => process.chdir(home))
}

const home = process.cwd()

/** Reads and parses the file `main` of the working directory. */
function read(): Read {
  const { source, warnings } = loadSource('main')
  const tree = parseJson(source.text, { dialect: 'file' })
  const errors = tree.errors.map(({ offset, text }) => {
    const { file, line, column } = source.locate(offset)
    return `${file}:${line}:${column}: ${text}`
  })
  const value = tree.root === null || errors.length > 0 ? null : printCompact(nodeToPrintable(tree.root))
  return { value, errors, warnings }
}

function refusal(file: string): IncludeError {
  try {
    loadSource(file)
  } catch (error) {
    if (error instanceof IncludeError) return error
    throw error
  }
  throw new Error(`${file} was read`)
}

t.test('lines end at LF and columns count characters', (t) => {
  const text = 'ab\r\n\n😀é\tx'
  const map = new LineMap(text)
  const places: [offset: number, line: number, column: number][] = [
    [0, 1, 1],
    [2, 1, 3],
    [3, 1, 4],
    [4, 2, 1],
    [5, 3, 1],
    [7, 3, 2],
    [8, 3, 3],
    [9, 3, 4],
    [10, 3, 5],
    [99, 3, 5],
    [-1, 1, 1],
  ]
  for (const [offset, line, column] of places) t.same(map.locate(offset), { line, column }, `offset ${offset}`)
  for (const [offset, line, column] of places.toReversed()) t.same(map.locate(offset), { line, column }, 'backwards')
  t.same(new LineMap('').locate(0), { line: 1, column: 1 })
  t.end()
})

t.test('a line map agrees with counting by hand', (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '😀', 'é') })
  const property = fc.property(text, (text) => {
    const map = new LineMap(text)
    let [line, column, offset] = [1, 1, 0]
    for (const character of text) {
      const place = map.locate(offset)
      if (place.line !== line || place.column !== column) return false
      offset += character.length
      if (character === '\n') [line, column] = [line + 1, 1]
      else column++
    }
    return true
  })
  fc.assert(property, { seed, numRuns: 300 })
  t.end()
})

t.test('a line map agrees with counting by hand in a line of a megabyte, in any order', (t) => {
  const text = `a\n${'b\u{1f600}\u00e9'.repeat(250_000)}\nc`
  const map = new LineMap(text)
  for (const offset of [900_001, 2, 1023, 1024, 1025, 1_000_002, 5, 2_000_000, 524_288, 0, 1, 999_999]) {
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    const column = 1 + Array.from(before.split('\n').at(-1) ?? '').filter((character) => !/^[\udc00-\udfff]$/.test(character)).length
    t.same(map.locate(offset), offset > text.length ? map.locate(text.length) : { line, column }, String(offset))
  }
  t.end()
})

t.test('a text that is no file is located under its name', (t) => {
  const source = textSource('<config-set>', '{\n "a": 1}')
  t.same(source.locate(3), { file: '<config-set>', line: 2, column: 2 })
  t.equal(source.text, '{\n "a": 1}')
  t.end()
})

t.test('a text cut from a larger one is located in that', (t) => {
  const source = textSource('request', '{\n "a": 1}', { line: 3, column: 16 })
  t.same(source.locate(0), { file: 'request', line: 3, column: 16 })
  t.same(source.locate(1), { file: 'request', line: 3, column: 17 })
  t.same(source.locate(3), { file: 'request', line: 4, column: 2 })
  t.end()
})

t.test('an include stands for the tokens of its file', (t) => {
  const cases: [main: string, k: string, value: string][] = [
    ['[<?include "k"?>]', '1, 2', '[ 1, 2 ]'],
    ['{<?include "k"?>', '"b": 2}', '{ "b": 2 }'],
    ['[<?include "k"?>, <?include "k"?>]', '2', '[ 2, 2 ]'],
    ['[<?include "k"?>]', '2 # the comment ends with its file', '[ 2 ]'],
    ['[<?include "k"?>]', '2 // c', '[ 2 ]'],
    ['[1 <?include "k"?>]', '', '[ 1 ]'],
    ['[1 <?include "k"?>]', '# nothing', '[ 1 ]'],
    ['[<?\ninclude\t\r\n"k" ?>]', '2', '[ 2 ]'],
    ['[<? include"./k"?>]', '2', '[ 2 ]'],
    ['["<?include \\"k\\"?>"]', '2', '[ "<?include \\"k\\"?>" ]'],
    ['[1 # <?include "nofile"?>\n]', '2', '[ 1 ]'],
    ['[1 // <?include "nofile"?>\n]', '2', '[ 1 ]'],
    ['[1 /* <?include "nofile"?> */]', '2', '[ 1 ]'],
    ['["a\\"", <?include "k"?>]', '"\\\\"', '[ "a\\"", "\\\\" ]'],
  ]
  for (const [main, k, value] of cases) {
    inFolder(t, { main, k })
    t.same(read(), { value, errors: [], warnings: [] }, main)
  }
  t.end()
})

t.test('a mistake is told in the file, line and column where it was written', (t) => {
  const cases: [main: string, k: string, error: string][] = [
    ['{\n "a": <?include "k"?>,\n "b": 1,\n "b": 2}', '7', 'main:4:2: the key "b" stands twice in one map'],
    ['{"a": <?include "k"?>, "b": x}', '\n7\n', 'main:1:29: expected a value, found a word without quotes'],
    ['{"a": 1,\n<?include "k"?>}', '"b": 2,\n  "a": 3', 'k:2:3: the key "a" stands twice in one map'],
    ['[<?include "k"?>]', '\n 1x', 'k:2:2: this is not a number'],
    // No token is glued together across the edge of a file.
    ['[1<?include "k"?>]', '2', 'k:1:1: a comma is missing before a number'],
    ['[<?include "k"?>3]', '2', 'main:1:17: a comma is missing before a number'],
    ['[tr<?include "k"?>]', 'ue', 'main:1:2: expected a value, found a word without quotes'],
    ['[<?include "k"?>"]', '"a', 'k:1:1: the string that begins here is not closed'],
    ['[<?include "k"?> */]', '1 /* c', 'k:1:3: the comment that begins here is not closed'],
    ['[/<?include "k"?>]', '/', 'main:1:2: / is unexpected here'],
    ['[<?include "k"?>]', '\ufeff2', 'k:1:1: a byte order mark (U+FEFF) stands here'],
    ['\ufeff[]', '', 'main:1:1: a byte order mark (U+FEFF) stands here'],
    ['[<?include "k"', '', 'main:1:2: <? begins an include directive, but this is none'],
    ['[<?include ""?>]', '', 'main:1:2: <? begins an include directive, but this is none'],
    ['[<?INCLUDE "k"?>]', '', 'main:1:2: <? begins an include directive, but this is none'],
    ['[\n<?include "k"?>', '1', 'main:2:16: expected a comma or ], found the end of the text'],
  ]
  for (const [main, k, error] of cases) {
    inFolder(t, { main, k })
    t.equal(read().errors[0], error, main)
  }
  t.end()
})

t.test('relative names are taken from the working directory, not from the file', (t) => {
  inFolder(t, { k: '7', deep: { main: '[<?include "k"?>]', k: '8' } })
  t.match(loadSource('deep/main').source.text, /7/)
  t.end()
})

t.test('a file that is not there is told with the place of its include', (t) => {
  inFolder(t, { main: '{\n "a": <?include "nofile.json"?>}', directory: {} })
  const error = refusal('main')
  t.equal(error.code, 'CONFIG_UNREADABLE')
  t.equal(error.message, 'cannot read nofile.json: no such file or directory')
  t.same(error.place, { file: 'main', line: 2, column: 7 })
  t.equal(error.remedy, `included files are looked for from the working directory, ${process.cwd()}`)

  const first = refusal('none')
  t.equal(first.message, 'cannot read none: no such file or directory')
  t.same([first.place, first.remedy], [null, null])
  t.equal(refusal('directory').message, 'cannot read directory: it is a directory')
  t.end()
})

t.test('a file that includes itself is caught, by whatever name, and the chain is told', (t) => {
  inFolder(t, { self: '<?include "./self"?>', a: '[\n<?include "b"?>]', b: ' <?include "link"?>' })
  symlinkSync('a', 'link')
  t.equal(refusal('self').message, './self includes itself: self > ./self')
  const circle = refusal('a')
  t.equal(circle.message, 'link includes itself: a > b > link')
  t.same(circle.place, { file: 'b', line: 1, column: 2 })
  t.end()
})

t.test('eleven files inside each other are read, as by Kea; a twelfth is refused', (t) => {
  const chain = (depth: number): Record<string, string> => {
    const files: Record<string, string> = { main: '[<?include "c1"?>]', [`c${depth}`]: '7' }
    for (let i = 1; i < depth; i++) files[`c${i}`] = `<?include "c${i + 1}"?>`
    return files
  }
  inFolder(t, chain(11))
  t.equal(read().value, '[ 7 ]')
  inFolder(t, chain(12))
  const error = refusal('main')
  t.match(error.message, /^files are included more than 11 deep: main > c1 > .* > c11 > c12$/)
  t.same(error.place, { file: 'c11', line: 1, column: 1 })
  t.end()
})

t.test('a file that is not UTF-8 is read as Latin-1, with a warning', (t) => {
  inFolder(t, { main: '["é",\n<?include "k"?>]', k: Buffer.from('# a\n"\xe9\xe4"', 'latin1') })
  t.same(read(), {
    value: '[ "é", "éä" ]',
    errors: [],
    warnings: ['k:2: not valid UTF-8, the file is read as Latin-1; save it as UTF-8'],
  })
  t.end()
})

t.test('wherever a text is split into files, each character is found where it was written', (t) => {
  const token = fc.constantFrom('{', '"k😀"', ':', '[', '1 ', ']', ',', '}', '\n', ' ', '"é"', '/* c\n */', '# c\n')
  const property = fc.property(fc.array(token, { minLength: 1, maxLength: 30 }), fc.nat(), fc.nat(), (parts, x, y) => {
    const [from = 0, to = 0] = [x % (parts.length + 1), y % (parts.length + 1)].toSorted((a, b) => a - b)
    const middle = from + Math.floor((to - from) / 2)
    const texts = [parts.slice(0, from), parts.slice(from, middle), parts.slice(middle, to), parts.slice(to)]
    const [before = '', k = '', l = '', after = ''] = texts.map((part) => part.join(''))
    const files = new Map(Object.entries({ main: `${before}<?include "k"?>${after}`, k: `${k}<?include "l"?>`, l }))
    for (const [name, text] of files) writeFileSync(name, text)

    const { source } = loadSource('main')
    const split = parseJson(source.text, { dialect: 'file' })
    const whole = parseJson(parts.join(''), { dialect: 'file' })
    deepStrictEqual(split.root && nodeToPrintable(split.root), whole.root && nodeToPrintable(whole.root))
    deepStrictEqual(split.errors.map(({ text }) => text), whole.errors.map(({ text }) => text))

    // The written characters stand at their places; between them only the line ends that keep files apart.
    let written = ''
    let offset = 0
    for (const found of source.text) {
      const { file, line, column } = source.locate(offset)
      const there = Array.from((files.get(file) ?? '').split('\n')[line - 1] ?? '')[column - 1]
      if (found !== '\n') equal(found, there, `${file}:${line}:${column}`)
      written += found
      offset += found.length
    }
    equal(written.replaceAll('\n', ''), parts.join('').replaceAll('\n', ''))
  })
  inFolder(t, {})
  fc.assert(property, { seed, numRuns: 200 })
  t.end()
})
