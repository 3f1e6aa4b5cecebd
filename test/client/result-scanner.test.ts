// Results out of answers of any length, cut anywhere, and the exit code that they make.

import t from 'tap'
import { exitCodeOf } from '../../src/client/exit-code.ts'
import { ResultScanner } from '../../src/client/result-scanner.ts'

function resultsOf(text: string, size: number): readonly (number | null)[] | null {
  const scanner = new ResultScanner()
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) scanner.push(bytes.subarray(at, at + size))
  return scanner.finish()
}

t.test('results, cut anywhere', async (t) => {
  const cases: readonly (readonly [string, readonly (number | null)[] | null])[] = [
    ['[ { "result": 0, "text": "x" } ]', [0]],
    ['{ "arguments": { "result": 1, "l": [ { "result": 2 } ] }, "result": 3 }', [3]],
    ['[ { "arguments": { "result": 7 }, "result": 0 }, { "text": "none" }, { "result": 3 } ]', [0, null, 3]],
    ['[ { "result": 1, "result": 0 } ]', [0]],
    ['[ { "result": 1.5 }, { "result": 123456789012345678901234567890 } ]', [null, null]],
    ['[ "result", 0 ]', [null, null]],
    ['[ ]', []],
    ['<html>', null],
    ['[ { "result": 0 }', null],
  ]
  for (const [text, results] of cases) for (const size of [1, 2, 7, 1000]) t.same(resultsOf(text, size), results, `${text} by ${size}`)
})

t.test('exit codes', async (t) => {
  t.equal(exitCodeOf([0, 0]), 0)
  t.equal(exitCodeOf([0, 3]), 3)
  t.equal(exitCodeOf([3, 1]), 1)
  t.equal(exitCodeOf([0, 2]), 1)
  t.equal(exitCodeOf([null]), 1)
  t.equal(exitCodeOf([]), 1)
})
