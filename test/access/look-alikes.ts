// Names that look like those of a configuration, or would be taken for them by somebody who reads too freely.

import type { Attribute, NameRequest, StringType } from '../x509/certificate-der.ts'
import { der, nameDer, objectIdentifier } from '../x509/certificate-der.ts'

/** The names that roles have, and that users are bound to. */
export const configuredNames = [
  'admin', 'boss', 'Müller', 'non\u00a0breaking', 'O=example, CN=operator', 'CN=duty + OU=night', 'O=a\\, b, CN=\\##',
  'O=bytes, CN=#030300beef', 'CN=one, CN=two',
] as const

export interface NamedCase {
  readonly what: string
  /** DER. */
  readonly name: Buffer
}

const cn = (value: string | Buffer, type: StringType = 'utf8'): Attribute => ['CN', value, type]
const o = (value: string, type: StringType = 'utf8'): Attribute => ['O', value, type]
const each = (...attributes: readonly Attribute[]): NameRequest => attributes.map((attribute) => [attribute])
const named = (what: string, name: NameRequest): NamedCase => ({ what, name: nameDer(name) })

/** Every name that is one of the configured ones, with that one, in all the ways it can be encoded. */
export function ownNames(): readonly (NamedCase & { readonly own: (typeof configuredNames)[number] })[] {
  const types = ['utf8', 'printable', 'teletex', 'ia5', 'bmp', 'universal'] as const
  return [
    ...types.map((type) => ({ own: 'admin' as const, ...named(`CN=admin as ${type}`, each(cn('admin', type))) })),
    ...(['utf8', 'teletex', 'bmp', 'universal'] as const).flatMap((type) => [
      { own: 'Müller' as const, ...named(`CN=Müller as ${type}`, each(o('x'), cn('Müller', type))) },
      { own: 'non\u00a0breaking' as const, ...named(`with U+00A0 as ${type}`, each(cn('non\u00a0breaking', type))) },
    ]),
    { own: 'boss', ...named('the common name is not the last', each(cn('boss'), o('x'))) },
    { own: 'O=example, CN=operator', ...named('a whole name', each(o('example', 'printable'), cn('operator'))) },
    { own: 'CN=duty + OU=night', ...named('several in one', [[cn('duty'), ['OU', 'night']]]) },
    { own: 'CN=duty + OU=night', ...named('several in one, the other way', [[['OU', 'night'], cn('duty')]]) },
    { own: 'O=a\\, b, CN=\\##', ...named('characters that are escaped', each(o('a, b'), cn('##'))) },
    { own: 'O=bytes, CN=#030300beef', ...named('a value that is no string', each(o('bytes'), cn(Buffer.from('030300beef', 'hex')))) },
    { own: 'CN=one, CN=two', ...named('two common names', each(cn('one'), cn('two'))) },
  ]
}

/** Characters that are not seen, or seen as a blank: of no width, for directions, control characters, separators. */
export function unseenCharacters(): readonly string[] {
  const unseen = /\p{White_Space}|\p{Z}|\p{Cc}|\p{Cf}|\p{Variation_Selector}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u180e|\u2800|\u3164|\uffa0/u
  const found: string[] = []
  for (let code = 0; code <= 0xe007f; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const character = String.fromCodePoint(code)
    if (unseen.test(character)) found.push(character)
  }
  return found
}

/** Letters that look like those of ASCII. */
const homographs: Readonly<Record<string, string>> = {
  a: '\u0430\u0251\u03b1\uff41\u{1d41a}\u{1d5ba}\u00e0\u0101\u1ea1\u00aa', b: '\u042c\u0184\u13cf\uff42\u{1d41b}',
  d: '\u0501\u217e\uff44\u{1d41d}\u0257', e: '\u0435\u04bd\u212f\uff45\u00e9', i: '\u0456\u0131\u03b9\u2170\uff49\u{1d422}\u00ed|l1',
  m: '\u043c\u217f\uff4d\u{1d426}', n: '\u0578\u03b7\uff4e\u{1d427}\u00f1', o: '\u043e\u03bf\u0585\u0966\uff4f\u{1d428}0\u00f6',
  p: '\u0440\u03c1\uff50', r: '\u0433\u1d26\uff52', s: '\u0455\ua731\uff53\u{1d42c}\u017f5', t: '\u0442\u03c4\uff54',
}

function* homographsOf(text: string): Generator<string> {
  for (const [at, letter] of Array.from(text).entries()) {
    for (const other of homographs[letter] ?? '') yield text.slice(0, at) + other + text.slice(at + 1)
  }
  for (const which of [0, 1, 2]) {
    yield Array.from(text, (letter) => Array.from(homographs[letter] ?? '')[which] ?? letter).join('')
  }
}

/** Some 3,500 names of which none is one of the configured ones. */
export function lookAlikes(): readonly NamedCase[] {
  return [...withUnseen(), ...otherLetters(), ...otherStructures(), ...otherEncodings()]
}

function* withUnseen(): Generator<NamedCase> {
  for (const character of [...unseenCharacters(), '\t\n\v\f\r ', '  ', '\u00a0\u00a0', '\\20', '%20', '+', '&nbsp;']) {
    const what = Array.from(character, (each) => `U+${(each.codePointAt(0) ?? 0).toString(16)}`).join()
    for (const type of character > '\xff' ? (['utf8'] as const) : (['utf8', 'teletex'] as const)) {
      yield named(`${what} before, as ${type}`, each(cn(`${character}admin`, type)))
      yield named(`${what} behind, as ${type}`, each(cn(`admin${character}`, type)))
    }
    yield named(`${what} inside`, each(cn(`adm${character}in`)))
    yield named(`${what} before, in a whole name`, each(o(`${character}example`), cn('operator')))
    yield named(`${what} behind, in a whole name`, each(o(`example${character}`), cn('operator')))
    yield named(`${what} before, last in a whole name`, each(o('example'), cn(`${character}operator`)))
    yield named(`${what} behind, last in a whole name`, each(o('example'), cn(`operator${character}`)))
    yield named(`${what} beside others in one`, [[cn('duty'), ['OU', `night${character}`]]])
    yield named(`${what} alone, and the name again`, each(cn(character), cn('admin')))
  }
}

function* otherLetters(): Generator<NamedCase> {
  for (const text of ['admin', 'boss']) {
    for (const other of homographsOf(text)) yield named(`${other} for ${text}`, each(cn(other)))
    for (const other of [text.toUpperCase(), `${text.charAt(0).toUpperCase()}${text.slice(1)}`]) {
      yield named(`${other} for ${text}`, each(cn(other)))
    }
  }
  for (const other of homographsOf('operator')) yield named(`${other} for operator`, each(o('example'), cn(other)))
  for (const other of homographsOf('example')) yield named(`${other} for example`, each(o(other), cn('operator')))
  for (const other of ['Mu\u0308ller', 'Muller', 'Mueller', 'M\u00fcller\u0301', 'MÜLLER', 'Mّller']) {
    yield named(`${other} for Müller`, each(cn(other)))
  }
}

function* otherStructures(): Generator<NamedCase> {
  const others: readonly Attribute[] = [o('x'), ['OU', 'x'], ['C', 'DE'], ['UID', '1'], ['1.2.3.4', 'x'], cn('x'), cn('admin')]
  for (const text of ['admin', 'boss']) {
    for (const other of others) {
      yield named(`CN=${text} beside ${other[0]}`, [[cn(text), other]])
      yield named(`${other[0]} beside CN=${text}`, [[other, cn(text)]])
      yield named(`O=x, CN=${text} beside ${other[0]}`, [[o('x')], [cn(text), other]])
    }
    for (const second of ['x', 'admin', '', 'boss']) {
      yield named(`CN=${text}, CN=${second}`, each(cn(text), cn(second)))
      yield named(`CN=${second}, CN=${text}`, each(cn(second), cn(text)))
      yield named(`CN=${second}, O=x, CN=${text}`, each(cn(second), o('x'), cn(text)))
    }
    yield named(`CN=${text} in O`, each(o(`CN=${text}`)))
    yield named(`CN=${text} in CN`, each(cn(`CN=${text}`)))
    for (const separator of ['\n', ',', ', ', '+', ' + ', '/', ';', '\0', '\r\n', '\\', '"', '\\0A', '\\,']) {
      yield named(`CN=${text} behind a separator`, each(o(`x${separator}CN=${text}`)))
      yield named(`a separator behind ${text}`, each(cn(`${text}${separator}`)))
      yield named(`more behind ${text}`, each(cn(`${text}${separator}O=x`)))
      yield named('a whole name in one value', each(o(`example${separator}CN=operator`)))
      yield named('a whole name in one value of CN', each(cn(`O=example${separator}CN=operator`)))
      yield named('a pair in one value', each(cn(`duty${separator}OU=night`)))
    }
  }
  yield named('a whole name as one', [[o('example'), cn('operator')]])
  yield named('a whole name as one, the other way', [[cn('operator'), o('example')]])
  yield named('the other way round', each(cn('operator'), o('example')))
  yield named('more behind', each(o('example'), cn('operator'), ['OU', 'x']))
  yield named('more before', each(['C', 'DE'], o('example'), cn('operator')))
  yield named('a part twice', each(o('example'), o('example'), cn('operator')))
  yield named('another type', each(['OU', 'example'], cn('operator')))
  yield named('a pair as two', each(cn('duty'), ['OU', 'night']))
  yield named('a pair as two, the other way', each(['OU', 'night'], cn('duty')))
  yield named('a pair of which one is twice', [[cn('duty'), ['OU', 'night'], ['OU', 'night']]])
  yield named('a pair with a third', [[cn('duty'), ['OU', 'night'], o('x')]])
  yield named('half of a pair', each(cn('duty')))
  yield named('a pair crossed', [[cn('night'), ['OU', 'duty']]])
  yield named('two common names, the other way', each(cn('two'), cn('one')))
  yield named('two common names in one', [[cn('one'), cn('two')]])
  yield named('three common names', each(cn('one'), cn('two'), cn('two')))
  yield named('only one of two', each(cn('one')))
  yield named('no name at all', [])
  yield named('an empty common name', each(cn('')))
  yield named('a common name that is the word for none', each(cn('(unreadable name)')))
  yield named('a name of the length of a book', each(cn('admin'.repeat(4000))))
}

function* otherEncodings(): Generator<NamedCase> {
  const word = Buffer.from('admin')
  for (const [what, tag] of Object.entries({ 'octet string': 0x04, 'general string': 0x1b, 'bit string': 0x03, 'graphic string': 0x19 })) {
    yield named(`admin as ${what}`, each(cn(der(tag, word))))
  }
  yield named('admin in UTF-8 called BMPString', each(cn(der(0x1e, Buffer.from('admin!')))))
  yield named('admin in pieces', each(cn(der(0x2c, der(0x0c, Buffer.from('adm')), der(0x0c, Buffer.from('in'))))))
  yield named('admin in its long form', each(cn(der(0x0c, Buffer.from('c1a1646d696e', 'hex')))))
  yield named('admin with half a character', each(cn(der(0x0c, word, Buffer.from([0xc3])))))
  yield named('admin with a surrogate', each(cn(der(0x1e, Buffer.from('00610064006d0069006ed800', 'hex')))))
  yield named('admin in 16 bits with one byte more', each(cn(der(0x1e, Buffer.from('00610064006d0069006e00', 'hex')))))
  yield named('admin in a sequence', each(cn(der(0x30, der(0x0c, word)))))
  yield named('other bytes', each(o('bytes'), cn(Buffer.from('030300beee', 'hex'))))
  yield named('another type that is no string', each(o('bytes'), cn(Buffer.from('300405000500', 'hex'))))
  yield named('hex that is text', each(o('bytes'), cn('#030300beef')))
  // Numbers that are the same once they are rounded, cut to 32 or 64 bits, or read without the zeros in front.
  for (const last of [3n + (1n << 32n), 3n + (1n << 53n), 3n + (1n << 64n), 3n + (1n << 128n), 131n]) {
    yield named(`the type 2.5.4.${last}`, each([`2.5.4.${last}`, 'admin']))
  }
  const type = objectIdentifier('2.5.4.3')
  const pairOf = (...parts: readonly Buffer[]): Buffer => der(0x30, der(0x31, der(0x30, ...parts)))
  const text = der(0x0c, word)
  yield { what: 'a type with zeros in front', name: pairOf(Buffer.from('06045504' + '8003', 'hex'), text) }
  yield { what: 'a third member', name: pairOf(type, text, der(0x05)) }
  yield { what: 'two values', name: pairOf(type, der(0x0c, Buffer.from('x')), text) }
  const pair = der(0x30, type, text)
  yield { what: 'an empty part before', name: der(0x30, der(0x31), der(0x31, pair)) }
  yield { what: 'an empty part behind', name: der(0x30, der(0x31, pair), der(0x31)) }
  yield { what: 'a part that is a sequence', name: der(0x30, der(0x30, pair)) }
  yield { what: 'a type that is relative', name: pairOf(der(0x0d, Buffer.from('550403', 'hex')), text) }
}
