// What holds for any configuration: notes survive, broken texts are only ever refused or taken, words have distances.

import { readFileSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { Test } from 'tap'
import { configHash } from '../../src/config/print/hash.ts'
import { editDistance } from '../../src/config/schema/suggestions.ts'
import { loadConfigText } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/parse/issue.ts'
import { printConfig } from '../../src/config/print/print.ts'
import type { AgentConfig } from '../../src/config/types.ts'
import { printCompact } from '../../src/json/text/print.ts'

const command = { dialect: 'command', env: {}, pathChecks: true, current: null } as const

function load(text: string, current: AgentConfig | null = null): AgentConfig {
  return loadConfigText('<string>', text, { ...command, current }).config
}

/** Runs a property; a failure names the seed that repeats it. */
function property<T extends [unknown, ...unknown[]]>(t: Test, checked: fc.IProperty<T>, runs = 300): void {
  const { failed, seed, counterexample, errorInstance } = fc.check(checked, { numRuns: runs })
  t.notOk(failed, `seed ${seed}`, { counterexample, reason: String(errorInstance) })
}

t.test('whatever the notes hold, showing and setting them again changes nothing', async (t) => {
  const notes = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }))
  const { failed, seed, counterexample, errorInstance } = await fc.check(
    fc.asyncProperty(notes, fc.option(fc.string({ unit: 'binary' }), { nil: undefined }), async (userContext, comment) => {
      const agent = { 'user-context': userContext, comment, loggers: [{ name: 'a', 'user-context': userContext }] }
      // A comment of its own after a user-context with one is a repetition.
      if (comment !== undefined && Object.hasOwn(userContext, 'comment')) return
      const config = load(JSON.stringify({ 'Control-agent': agent }))
      const shown = printCompact(printConfig(config, { secrets: 'hidden' }))
      const again = load(shown, config)
      if (printCompact(printConfig(again, { secrets: 'hidden' })) !== shown) throw new Error(shown)
      if ((await configHash(again)) !== (await configHash(config))) throw new Error('hash')
    }),
    { numRuns: 300 },
  )
  t.notOk(failed, `seed ${seed}`, { counterexample, reason: String(errorInstance) })
})

t.test('a broken text is refused or taken, and nothing else happens', (t) => {
  const folder = resolve(import.meta.dirname, '../fixtures/config')
  const texts = readdirSync(folder).filter((file) => file.endsWith('.conf'))
  const pieces = fc.constantFrom('', '"', '{', ']', ',', '0', 'null')
  const broken = fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(4), pieces)
  property(
    t,
    fc.property(broken, ([file, at, length, inserted]) => {
      const text = readFileSync(resolve(folder, file), 'utf8')
      const from = at % text.length
      const message = messageOf(text.slice(0, from) + inserted + text.slice(from + length))
      if (message !== '' && !message.split('\n').every((line) => line.startsWith('<string>:'))) throw new Error(message)
    }),
    1000,
  )
  property(
    t,
    fc.property(fc.json(), (json) => {
      messageOf(`{ "Control-agent": ${json} }`)
    }),
  )
  t.end()
})

t.test('an edit distance is the same both ways and no longer than the words', (t) => {
  const word = fc.string({ maxLength: 12 })
  property(t, fc.property(word, word, (a, b) => editDistance(a, b) === editDistance(b, a)))
  property(t, fc.property(word, word, (a, b) => editDistance(a, b) <= Math.max(a.length, b.length)))
  t.end()
})

/** Empty where the text is taken. */
function messageOf(text: string): string {
  try {
    load(text)
    return ''
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}
