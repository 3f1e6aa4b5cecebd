// Names of certificates in rules: what no certificate can be meant by is warned of, and one name is not two roles.

import t from 'tap'
import { loadConfigText } from '../../src/config/load.ts'
import { visibleText } from '../../src/x509/visible-text.ts'

function warningsOf(agent: unknown): string[] {
  const text = JSON.stringify({ 'Control-agent': agent })
  const { warnings } = loadConfigText('names', text, { env: {}, pathChecks: false, dialect: 'command', current: null })
  return warnings.map(({ text, remedy }) => `${text}; ${remedy}`).filter((line) => /name "/.test(line))
}

const roles = (method: string, ...names: readonly string[]): unknown => {
  return { 'access-control': { 'assign-role-method': method, roles: names.map((name) => ({ name, 'accept-commands': 'READ' })) } }
}

t.test('names that are what they look like are taken without a word', async (t) => {
  const names = ['admin', 'with, comma', 'Müller', 'two words', 'O=keagate, CN=admin', 'CN=a + O=b', 'C = DE, O = x y, CN = a ', 'Иван']
  t.same(warningsOf(roles('cert-subject', ...names)), [])
  t.same(warningsOf(roles('cert-issuer', ...names)), [])
  t.same(warningsOf(roles('remote-address', '192.0.2.1')), [])
})

t.test('one that no certificate has, or that holds what is not seen, is named', async (t) => {
  const rows: readonly (readonly [name: string, warning: RegExp])[] = [
    ['organisation=x', /^no certificate has the name "organisation=x": it has the attribute type organisation, which is not known here/],
    ['CN="x"', /^no certificate has the name "CN="x"": it has a " that is not escaped with \\; write it as the log shows/],
    ['/O=x/CN=y', /^no certificate has the name "\/O=x\/CN=y": it is taken for a common name; write commas in the place of slashes/],
    ['admin\u00a0', /^the name "admin\\u00a0" holds blanks or characters that are not seen, and stands for itself with all of them; take/],
    ['\ufeffadmin', /^the name "\\ufeffadmin" holds/],
    ['admin ', /^the name "admin " holds/],
    ['ad\u200bmin', /^the name "ad\\u200bmin" holds/],
    ['O=x,\u00a0CN=admin', /^no certificate has the name "O=x,\\u00a0CN=admin": it has a part that is not of the form TYPE=value/],
    ['O=x\u2028, CN=admin', /^the name "O=x\\u2028, CN=admin" holds/],
  ]
  for (const [name, warning] of rows) {
    t.match(warningsOf(roles('cert-subject', name)), [warning], visibleText(name))
    const clients = [{ user: 'u', password: 'not from a book', 'cert-subject': name }]
    t.match(warningsOf({ authentication: { type: 'basic', clients } }), [warning], `${visibleText(name)}: cert-subject`)
  }
  t.same(warningsOf(roles('basic-authentication', 'admin\u00a0')).filter((line) => line.includes('holds')), [], 'users have names of their own')
})

t.test('a role that is given twice in two spellings is a mistake', async (t) => {
  const twice = (...names: readonly string[]): void => {
    t.throws(() => warningsOf(roles('cert-subject', ...names)), { message: /the role .* is given twice/ }, names.join(' and '))
  }
  twice('CN=a, O=b', 'cn=a,O=b')
  twice('CN=a + O=b', 'O=b + CN=a')
  twice('CN=\u00fc', 'CN=\\c3\\bc')
  t.same(warningsOf(roles('cert-subject', 'CN=a, O=b', 'O=b, CN=a', 'CN=a + O=b', 'a', 'A')), [])
})
