// Every page is spelt as hunspell's American English says, beside words of our own: `words.txt`.

import { spawnSync } from 'node:child_process'
import path from 'node:path'
import t from 'tap'
import { skipWithout } from '../kea/installed.ts'
import { root } from './page.ts'
import { code } from './passage.ts'
import { proseOf } from './prose.ts'

const words = path.join(import.meta.dirname, 'words.txt')

t.test('every word is in a dictionary', { skip: skipWithout('hunspell', 'hunspell en_US') }, async (t) => {
  t.same(misspelt('A wrod.'), new Set(['wrod']), 'the dictionary is there, and used')
  for (const { name, passages } of proseOf(root)) {
    const found = passages.map((passage) => ({ ...passage, text: passage.text.replaceAll(code, ' ') }))
    const wrong = misspelt(found.map(({ text }) => text).join('\n'))
    const places = [...wrong].flatMap((word) => {
      const at = new RegExp(`(?<!\\p{L})${word.replaceAll('.', '\\.')}(?!\\p{L})`, 'u')
      return found.filter(({ text }) => at.test(text)).map(({ text, lineAt }) => `${name}:${lineAt(text.search(at))}: ${word}`)
    })
    t.same(places, [], name)
  }
})

/** Words of a text that neither dictionary has. */
function misspelt(text: string): Set<string> {
  const { status, stdout, stderr } = spawnSync('hunspell', ['-d', 'en_US', '-i', 'UTF-8', '-p', words, '-l'], {
    input: text.replaceAll('\u2019', "'"), encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  if (status !== 0) throw new Error(`hunspell ended with ${status}: ${stderr}`)
  return new Set(stdout.split('\n').filter((word) => word !== ''))
}
