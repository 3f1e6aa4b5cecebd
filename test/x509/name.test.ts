// Distinguished names: read from their bytes, written as text and read back, and when two are the same.

import fc from 'fast-check'
import t from 'tap'
import { elementAt, identifierText } from '../../src/x509/der.ts'
import { directoryString } from '../../src/x509/directory-string.ts'
import { distinguishedName } from '../../src/x509/distinguished-name.ts'
import type { DistinguishedName, NameAttribute } from '../../src/x509/name.ts'
import { exactKey, looseKey } from '../../src/x509/name.ts'
import { commonName, isNamed, isWholeName, nameKey, parseName, printName } from '../../src/x509/name-text.ts'
import { nameDer, objectIdentifier } from './certificate-der.ts'

const read = (der: Buffer): DistinguishedName => distinguishedName(der, elementAt(der, 0, der.length))
const text = (type: string, value: string): NameAttribute => ({ type, value: { text: value } })

t.test('names are written as OpenSSL writes them, and what is not seen by its number', (t) => {
  const rows: readonly (readonly [name: Parameters<typeof nameDer>[0], written: string])[] = [
    [[], ''],
    [[[['O', 'keagate test']], [['CN', 'client']]], 'O=keagate test, CN=client'],
    [[[['CN', 'boss'], ['O', 'x']]], 'CN=boss + O=x'],
    [[[['C', 'DE', 'printable']], [['1.2.840.113549.1.9.1', 'a@b', 'ia5']]], 'C=DE, emailAddress=a@b'],
    [[[['2.5.4.99', 'x'], ['1.3.6.1.4.1.99999.1', '']]], '2.5.4.99=x + 1.3.6.1.4.1.99999.1='],
    [[[['CN', 'a, O=admin\nCN=root']]], 'CN=a\\, O=admin\\0ACN=root'],
    [[[['CN', ' a  b ']]], 'CN=\\ a  b\\ '],
    [[[['CN', ' ']]], 'CN=\\ '],
    [[[['CN', '#a+b"c\\d<e>f;g=h']]], 'CN=\\#a\\+b\\"c\\\\d\\<e\\>f\\;g=h'],
    [[[['CN', '\0\x1b\x7f']]], 'CN=\\00\\1B\\7F'],
    [[[['CN', 'Jürgen Żółć']]], 'CN=Jürgen Żółć'],
    [[[['CN', 'admin\u00a0']]], 'CN=admin\\u00a0'],
    [[[['CN', '\ufeff\u3000\u2028\u200b\u202e\u0085']]], 'CN=\\ufeff\\u3000\\u2028\\u200b\\u202e\\u0085'],
    [[[['CN', 'аdmin']]], 'CN=\\u0430dmin'],
    [[[['CN', 'a\u{e0041}']]], 'CN=a\\udb40\\udc41'],
    [[[['CN', 'a\u0308']]], 'CN=a\\u0308'],
    [[[['CN', Buffer.from('030200ff', 'hex')]]], 'CN=#030200ff'],
  ]
  for (const [name, written] of rows) {
    t.equal(printName(read(nameDer(name))), written)
    t.same(parseName(written), read(nameDer(name)), written)
  }
  t.end()
})

t.test('what people write is read with nothing changed but blanks around separators', (t) => {
  const name = exactKey([[text('2.5.4.10', 'a b')], [text('2.5.4.3', 'c'), text('2.5.4.11', 'd')]])
  const same = [
    'O=a b, CN=c + OU=d', 'O=a b,CN=c+OU=d', '  o = a b ,  cn =  c  +  ou=d  ', 'O=a b, OU=d + CN=c', '2.5.4.10=a b, 2.5.4.3=c + OU=d',
    'O=\\61\\20b, CN=\\63 + OU=d', 'O=a\\u0020b, CN=#0c0163 + OU=#1e020064', 'O=a\\ b, CN=c + OU=d',
  ]
  for (const written of same) t.equal(nameKey(written), name, written)
  const others = [
    'O=a b, CN=c, OU=d', 'O=a  b, CN=c + OU=d', 'CN=c + OU=d, O=a b', 'O=A b, CN=c + OU=d', 'O=a b\u00a0, CN=c + OU=d', 'O=a b,\u00a0CN=c + OU=d',
    'O=a b, CN=c\t+ OU=d', 'O=a b, CN=c + OU=d\\ ', 'O=a b', 'O=a b + CN=c + OU=d', 'O=a b, CN=c + OU=d + OU=d', 'O=a\\\nb, CN=c + OU=d',
  ]
  for (const written of others) t.not(nameKey(written), name, written)
  t.equal(nameKey('CN=\\c3\\bc'), nameKey('CN=ü'), 'hex pairs are UTF-8')
  t.equal(nameKey('UID=x') === nameKey('0.9.2342.19200300.100.1.44=x'), false)
  t.end()
})

t.test('what cannot be read is said, and equals nothing', (t) => {
  const rows: readonly (readonly [written: string, fault: RegExp])[] = [
    ['CN', /^has a part that is not of the form TYPE=value$/],
    ['CN=a,', /^ends with a comma$/],
    ['CN=a+', /^has a part that is not/],
    ['CN=a,,O=b', /^has a part that is not/],
    ['CN=a, =b', /^has a part that is not/],
    ['CN=a, Ｏ=b', /^has a part that is not/],
    ['organisation=a', /^has the attribute type organisation, which is not known here; write its object identifier$/],
    ['2.5.04.3=a', /^has the attribute type 2\.5\.04\.3,/],
    ['OID.2.5.4.3=a', /^has the attribute type/],
    ['CN="a"', /^has a " that is not escaped with \\$/],
    ['CN=a;O=b', /^has a ; that is not escaped/],
    ['CN=a\\', /^has a \\ that is not escaped/],
    ['CN=a\\x', /^has \\x, which stands for no character$/],
    ['CN=\\c3', /^has \\c3, which stands for no character$/],
    ['CN=\\u12', /^has \\u, which/],
    ['CN=\\ud800', /^has half of a surrogate pair$/],
    ['CN=#', /^has a value that begins with #/],
    ['CN=#0c02', /^has a value that begins with #/],
    ['CN=#0c0161ff', /^has a value that begins with #/],
    ['CN=#0c016', /^has a value that begins with #/],
    ['CN=#no', /^has a value that begins with #/],
  ]
  for (const [written, fault] of rows) {
    t.match(parseName(written), fault, written)
    t.equal(nameKey(written), null)
    t.equal(commonName(written), null)
    t.notOk(isNamed(written, written), written)
  }
  t.end()
})

t.test('a common name stands for a certificate only where it is the only one, and on its own', (t) => {
  const rows: readonly (readonly [name: string, common: string | null])[] = [
    ['CN=a', 'a'], ['O=x, CN=a', 'a'], ['CN=a, O=x + OU=y', 'a'], ['CN=a\\, b', 'a, b'], ['CN=\\ a', ' a'],
    ['CN=a + O=x', null], ['O=x + CN=a', null], ['CN=a, CN=a', null], ['CN=a, CN=b', null], ['CN=a + CN=b', null],
    ['CN=', null], ['CN=, CN=a', null], ['O=a', null], ['', null], ['CN=#030200ff', null], ['2.5.4.3=a', 'a'], ['(unreadable name)', null],
  ]
  for (const [name, common] of rows) {
    t.equal(commonName(name), common, name)
    if (common !== null) t.ok(isNamed(name, common), name)
  }
  t.notOk(isNamed('CN=', ''))
  t.end()
})

t.test('rules that begin like a type mean whole names', (t) => {
  for (const whole of ['CN=a', 'cn = a', '2.5.4.3=a', '2.5.4.3 =a', 'O=a', 'what=ever']) t.ok(isWholeName(whole), whole)
  for (const common of ['a', 'what = ever', '/CN=a', ' CN=a', '=a', 'a b=c', 'ＣＮ=a', '']) t.notOk(isWholeName(common), common)
  t.end()
})

const character = fc.oneof(fc.constantFrom(...Array.from(' ,+=#\\"<>;\0\nab0AFu\u00a0\ufeffü')), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }))
const value = fc.array(character, { maxLength: 8 }).map((parts) => parts.join(''))
const attribute = fc.tuple(fc.constantFrom('CN', 'O', 'UID', '1.2.3', `2.25.${2n ** 127n}`), value)
const anyName = fc.array(fc.array(attribute, { minLength: 1, maxLength: 3 }), { maxLength: 3 })

t.test('any name can be written and read back, and no two look the same', (t) => {
  fc.assert(fc.property(anyName, (request) => {
    const name = read(nameDer(request))
    t.same(parseName(printName(name)), name)
  }))
  fc.assert(fc.property(anyName, anyName, (one, other) => {
    const [a, b] = [read(nameDer(one)), read(nameDer(other))]
    return (exactKey(a) === exactKey(b)) === (nameKey(printName(a)) === nameKey(printName(b)))
  }))
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (written) => {
    const name = parseName(written)
    return typeof name === 'string' || exactKey(name) === nameKey(printName(name))
  }))
  t.end()
})

t.test('string types: the characters they stand for, or none at all', (t) => {
  const hex = (bytes: string): Buffer => Buffer.from(bytes, 'hex')
  const rows: readonly (readonly [tag: number, bytes: string, characters: string | null])[] = [
    [0x0c, '61c3bcefbbbf', 'aü\ufeff'], [0x0c, 'efbbbf61', '\ufeffa'], [0x0c, 'c3', null], [0x0c, 'c0a1', null], [0x0c, 'eda080', null],
    [0x0c, 'f09f9880', '😀'], [0x0c, '', ''], [0x0c, '6100', 'a\0'],
    [0x13, '612a40', 'a*@'], [0x13, '61fc', null], [0x16, '61', 'a'], [0x16, 'e9', null], [0x12, '31', '1'], [0x1a, '61', 'a'],
    [0x14, '61fca0', 'aü\u00a0'],
    [0x1e, '006100fc', 'aü'], [0x1e, '0061fc', null], [0x1e, 'd83dde00', null], [0x1e, 'feff0061', '\ufeffa'],
    [0x1c, '000000610001f600', 'a😀'], [0x1c, '00110000', null], [0x1c, '0000d800', null], [0x1c, '000061', null],
    [0x04, '61', null], [0x1b, '61', null], [0x2c, '0c0161', null], [0x03, '0061', null],
  ]
  for (const [tag, bytes, characters] of rows) t.equal(directoryString(tag, hex(bytes)), characters, `${tag} ${bytes}`)
  t.end()
})

t.test('object identifiers are exact, and those that could be taken for others are none', (t) => {
  const element = (content: string): Buffer => Buffer.concat([Buffer.from([6, content.length / 2]), Buffer.from(content, 'hex')])
  const dotted = (der: Buffer): string => identifierText(der, elementAt(der, 0, der.length))
  const same = ['2.5.4.3', '0.9.2342.19200300.100.1.25', '1.3.6.1.4.1.311.60.2.1.3', '2.999.1', `2.5.4.${3n + (1n << 53n)}`, `2.25.${2n ** 127n}`, '1.39', '0.0', '2.0']
  for (const each of same) t.equal(dotted(objectIdentifier(each)), each)
  for (const bad of ['', '80', '5504' + '8003', '550483', '55'.repeat(65)]) t.throws(() => dotted(element(bad)), { message: /^an object identifier / }, bad)
  t.end()
})

t.test('issuers are looked for as OpenSSL does it: case and blanks of ASCII, nothing else', (t) => {
  const key = (written: string): string => looseKey(parseName(written) as DistinguishedName)
  const same = ['CN=Site  CA', 'CN=site ca', 'CN=\\ SITE CA\\ ', 'CN=site\\09\\0Aca', 'CN=#1e0e0053004900540045002000430041']
  for (const written of same) t.equal(key(written), key('CN=Site CA'), written)
  const others = ['CN=SiteCA', 'CN=Site\u00a0CA', 'CN=Site CA\u00a0', '\u0043N=S\u0131te CA', 'CN=Site CA\\u200b', 'O=Site CA', 'CN=Site CA + O=x']
  for (const written of others) t.not(key(written), key('CN=Site CA'), written)
  t.not(key('CN=K'), key('CN=\u212a'), 'the sign for kelvin')
  t.not(key('CN=Ä'), key('CN=ä'))
  t.end()
})
