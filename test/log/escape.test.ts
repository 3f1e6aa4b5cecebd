// Every character that could deceive a reader is visible in every place where people read text from outside.

import t from 'tap'
import { auditLine } from '../../src/audit/record.ts'
import { answer } from '../../src/command/answer.ts'
import { ConfigError, errorLines, formatIssue } from '../../src/config/parse/issue.ts'
import { report } from '../../src/doctor/finding.ts'
import { HttpError } from '../../src/http/http-error.ts'
import { rawToString } from '../../src/json/raw.ts'
import { escapeForLog, escapeJson, escapeLines, shorten } from '../../src/log/escape.ts'
import type { LogEvent } from '../../src/log/event.ts'
import { createJsonFormatter } from '../../src/log/json-line.ts'
import { compilePattern } from '../../src/log/pattern.ts'
import { syslogForm } from '../../src/log/output/syslog-priority.ts'
import { compileText } from '../../src/log/template.ts'
import { plain } from '../../src/process/terminal-color.ts'
import { html } from '../../src/monitoring/html.ts'
import { exposition } from '../../src/metrics/exposition.ts'

/** Written out, so that it does not depend on how the program finds them. */
const mustNotShow: readonly (readonly [number, number])[] = [
  [0x00, 0x1f], [0x7f, 0xa0], [0xad, 0xad], [0x034f, 0x034f], [0x061c, 0x061c], [0x115f, 0x1160], [0x1680, 0x1680],
  [0x17b4, 0x17b5], [0x180b, 0x180f], [0x2000, 0x200f], [0x2028, 0x202f], [0x205f, 0x206f], [0x2800, 0x2800],
  [0x3000, 0x3000], [0x3164, 0x3164], [0xd800, 0xdfff], [0xfe00, 0xfe0f], [0xfeff, 0xfeff], [0xffa0, 0xffa0],
  [0xfff0, 0xfffb], [0xfffe, 0xffff],
]

/** All of the basic plane, each between two letters: a half of a surrogate pair stays one. */
const everything = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
const pieces = everything.map((character) => `<${character}>`)

/** What of the list a text shows as it is, besides its own line ends. */
function shown(text: string, own = ''): string[] {
  const found = Array.from(text).filter((character) => {
    const code = character.codePointAt(0) ?? 0
    return !own.includes(character) && mustNotShow.some(([from, to]) => code >= from && code <= to)
  })
  return [...new Set(found)].map((character) => character.codePointAt(0)?.toString(16) ?? '')
}

const source = { severity: 'INFO', logger: 'kea-ctrl-agent.auth', id: 'COMMAND_PROCESS_ERROR2' } as const

function event(value: string): LogEvent {
  const fields = { reason: value }
  return { ...source, time: 0, text: compileText('{reason}')(fields), fields }
}

function record(text: string): string {
  return auditLine({
    time: 0, id: '1', caller: { remoteAddress: text, tls: null, user: text, attemptedUser: text }, role: text,
    command: text, services: [text], allowed: false, reason: text, answers: [], duration: 1, received: 1, sent: 1,
    arguments: JSON.stringify({ text }),
  })
}

const mistake = (text: string) => ({ file: text, line: 1, column: 1, path: `/${text}`, text, remedy: text })

/** Every place that shows text from outside, with the line ends that it adds itself. */
const places: Readonly<Record<string, (text: string) => string>> = {
  'a log line': (text) => compilePattern('%m', 'host')(source)(event(text)),
  'a line of syslog': (text) => syslogForm('syslog', compilePattern('%m', 'host'))(source)(event(text)).trimEnd(),
  'a JSON log line': (text) => createJsonFormatter()(event(text)).trimEnd(),
  'an audit record': (text) => record(text).trimEnd(),
  'the status page': (text) => html`<p title="${text}">${text}</p>`.text,
  'the label of a metric': (text) => exposition([{ name: 'keagate_ready', labels: { file: text }, value: 1 }]).trimEnd(),
  'the text of a refusal': (text) => rawToString(new HttpError('certificate', text).body()),
  'the doctor': (text) => report([{ level: 'error', what: text, text, remedy: text }], { json: false, quiet: false, paint: plain }),
  'the doctor, for machines': (text) => report([{ level: 'error', what: text, text, remedy: text }], { json: true, quiet: false, paint: plain }),
  'a mistake of the configuration': (text) => formatIssue(mistake(text)),
  'mistakes of the configuration': (text) => errorLines(new ConfigError([mistake(text), mistake(text)])).join(''),
  'any other error': (text) => errorLines(new Error(text)).join(''),
}

/** Several at once, or the test would take minutes; no more than no place cuts off. */
const groups = Array.from({ length: Math.ceil(pieces.length / 100) }, (_, group) =>
  pieces.slice(group * 100, group * 100 + 100),
)

for (const [place, show] of Object.entries(places)) {
  t.test(`nothing in ${place} deceives`, async (t) => {
    const own = /^the (?:doctor|label)/.test(place) ? '\n' : ''
    const found = new Set(groups.flatMap((group) => shown(show(group.join('')), own)))
    t.strictSame([...found], [])
  })
}

t.test('the text of an answer keeps the line ends between its sentences', async (t) => {
  const found = new Set(groups.flatMap((group) => shown(rawToString(answer(1, group.join(''))))))
  t.strictSame([...found], [])
  t.equal(rawToString(answer(1, 'one\ntwo\u2028\u009b')), '{ "result": 1, "text": "one\\ntwo\\\\u2028\\\\x9b" }')
})

t.test('what is not on the list stays as it is', async (t) => {
  const text = 'é 中文 Ж א ي ñ ß € … “x” \\ / ~ 😀 \ufffd'
  t.equal(escapeForLog(text), text)
  t.equal(escapeLines(`${text}\n${text}`), `${text}\n${text}`)
  t.equal(escapeJson(text), text)
})

t.test('each has its own form, which is not escaped once more', async (t) => {
  const table = [
    ['\n', '\\x0a'], ['\u0085', '\\x85'], ['\u00a0', '\\xa0'], ['\u061c', '\\u061c'], ['\u202e', '\\u202e'],
    ['\ud800', '\\ud800'], ['\u{e0041}', '\\u{e0041}'],
  ] as const
  for (const [character, form] of table) t.equal(escapeForLog(character), form)
  const once = pieces.map((piece) => escapeForLog(piece))
  t.strictSame(once.map((piece) => escapeForLog(piece)), once)
  t.equal(new Set(once).size, 0x10000)
})

t.test('in JSON the meaning stays', async (t) => {
  const json = JSON.stringify([pieces, { 'a\u2028\u{e0041}': 1 }], null, 2)
  t.same(JSON.parse(escapeJson(json)), JSON.parse(json))
  t.strictSame(shown(escapeJson(json), '\n'), [])
  t.match(escapeJson(JSON.stringify('\u0085\u2028\u{e0041}')), /^"\\u0085\\u2028\\udb40\\udc41"$/)
})

t.test('a text is not cut within a surrogate pair', async (t) => {
  t.equal(shorten('ab😀', 3), 'ab...')
  t.equal(shorten('ab😀c', 4), 'ab😀...')
  t.equal(shorten('ab😀', 4), 'ab😀')
})
