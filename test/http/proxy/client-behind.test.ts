// Which client a request is of: what trusted proxies write, and what clients write to be taken for others.

import t from 'tap'
import { clientBehind } from '../../../src/http/proxy/client-behind.ts'
import { TrustedProxies } from '../../../src/http/proxy/trusted-proxies.ts'

const trusted = new TrustedProxies(['192.0.2.10', '10.0.0.0/8', '2001:db8:1::/48', '::ffff:198.51.100.0/120'])
const proxy = '192.0.2.10'

/** The client's address, or the kind of the outcome where it is no client. */
function outcome(peer: string, headers: readonly string[]): string {
  const found = clientBehind({ remoteAddress: peer }, headers, trusted)
  return 'client' in found && found.kind === 'client' ? found.client.remoteAddress : found.kind
}

const xff = (...values: string[]): string[] => values.flatMap((value) => ['X-Forwarded-For', value])
const fwd = (...values: string[]): string[] => values.flatMap((value) => ['Forwarded', value])

t.test('from a trusted proxy, the rightmost address that is not of a trusted proxy is the client', async (t) => {
  const rows: readonly (readonly [name: string, headers: readonly string[], client: string])[] = [
    ['none', ['Host', 'a'], proxy],
    ['empty', xff(''), proxy],
    ['empty elements', xff(' , ,'), proxy],
    ['one', xff('203.0.113.5'), '203.0.113.5'],
    ['lower case', ['x-forwarded-for', '203.0.113.5'], '203.0.113.5'],
    ['with a port', xff('203.0.113.5:41234'), '203.0.113.5'],
    ['IPv6', xff('2001:DB8::0:5'), '2001:db8::5'],
    ['IPv6 in brackets', xff('[2001:db8::5]'), '2001:db8::5'],
    ['IPv6 with a port', xff('[2001:db8::5]:443'), '2001:db8::5'],
    ['IPv4-mapped', xff('::ffff:203.0.113.5'), '203.0.113.5'],
    ['IPv4-mapped in hexadecimal', xff('::FFFF:cb00:7105'), '203.0.113.5'],
    ['two trusted proxies', xff('203.0.113.5, 10.1.2.3'), '203.0.113.5'],
    ['a trusted one of IPv6', xff('203.0.113.5, 2001:db8:1::7'), '203.0.113.5'],
    ['a trusted one, IPv4-mapped', xff('203.0.113.5,::ffff:10.1.2.3'), '203.0.113.5'],
    ['a trusted one of a mapped network', xff('203.0.113.5, 198.51.100.9'), '203.0.113.5'],
    ['two headers', xff('203.0.113.5', '10.1.2.3'), '203.0.113.5'],
    ['all trusted: the leftmost', xff('10.9.9.9, 10.1.2.3'), '10.9.9.9'],
    ['unknown', xff('unknown'), 'unknown'],
    ['Forwarded', fwd('for=203.0.113.5'), '203.0.113.5'],
    ['Forwarded, all parameters', fwd('by=10.0.0.1;FOR=203.0.113.5;host="a,b;for=x";proto=https'), '203.0.113.5'],
    ['Forwarded, a quoted port', fwd('for="203.0.113.5:80"'), '203.0.113.5'],
    ['Forwarded, IPv6', fwd('for="[2001:db8::5]:4711"'), '2001:db8::5'],
    ['Forwarded, quoted pairs', fwd('for="\\2\\03.0.113.5"'), '203.0.113.5'],
    ['Forwarded, list', fwd('for=203.0.113.5, for=10.1.2.3'), '203.0.113.5'],
    ['Forwarded, two headers', fwd('for=203.0.113.5', 'for=10.1.2.3'), '203.0.113.5'],
    ['Forwarded, unknown', fwd('for=unknown'), 'unknown'],
    ['Forwarded, obfuscated', fwd('for=_hidden'), 'unknown'],
    ['Forwarded, obfuscated with a port', fwd('for="_SEVKISEK:_p"'), 'unknown'],
    ['Forwarded without for', fwd('proto=https;by=10.0.0.1'), 'unknown'],
    ['both, of one mind', [...xff('203.0.113.5'), ...fwd('for=203.0.113.5')], '203.0.113.5'],
  ]
  for (const [name, headers, client] of rows) t.equal(outcome(proxy, headers), client, name)
})

t.test('the proxy is named beside the client', async (t) => {
  t.same(clientBehind({ remoteAddress: proxy }, xff('203.0.113.5'), trusted), {
    kind: 'client', client: { remoteAddress: '203.0.113.5', proxy },
  })
  // Behind a balancer that speaks the PROXY protocol, the proxy that it named counts.
  const peer = { remoteAddress: '10.0.0.7', proxy }
  t.same(clientBehind(peer, xff('203.0.113.5'), trusted), {
    kind: 'client', client: { remoteAddress: '203.0.113.5', proxy: '10.0.0.7' },
  })
})

/** What a client at 203.0.113.66 sends itself; a proxy appends its address, or writes it into a header of its own. */
const spoofed: readonly (readonly [name: string, headers: readonly string[]])[] = [
  ['one address', xff('192.0.2.1')],
  ['that of the proxy', xff('192.0.2.10')],
  ['loopback', xff('127.0.0.1')],
  ['a list', xff('192.0.2.1, 10.0.0.1')],
  ['a list without blanks', xff('192.0.2.1,10.0.0.1')],
  ['two headers', xff('192.0.2.1', '10.0.0.1')],
  ['three headers', xff('192.0.2.1', '', '10.0.0.1')],
  ['IPv6', xff('2001:db8:1::1')],
  ['IPv6 in brackets', xff('[2001:db8:1::1]')],
  ['IPv6 with a port', xff('[2001:db8:1::1]:443')],
  ['IPv4-mapped', xff('::ffff:10.0.0.1')],
  ['IPv4-mapped in hexadecimal', xff('::ffff:a00:1')],
  ['a port', xff('10.0.0.1:8000')],
  ['unknown', xff('unknown')],
  ['an obfuscated name', xff('_proxy')],
  ['nonsense', xff('"><script>')],
  ['empty', xff('')],
  ['commas only', xff(',,,')],
  ['a tab', xff('10.0.0.1\t')],
  ['a number for an address', xff('167772161')],
  ['octal', xff('010.0.0.1')],
  ['a zone', xff('fe80::1%eth0')],
  ['a name in another case', ['X-FORWARDED-FOR', '10.0.0.1']],
  ['a long list', xff(Array.from({ length: 500 }, () => '10.0.0.1').join())],
]

const spoofedForwarded: readonly (readonly [name: string, headers: readonly string[]])[] = [
  ['one address', fwd('for=10.0.0.1')],
  ['quoted', fwd('for="10.0.0.1"')],
  ['IPv6', fwd('for="[2001:db8:1::1]"')],
  ['a list', fwd('for=192.0.2.1, for=10.0.0.1')],
  ['two headers', fwd('for=192.0.2.1', 'for=10.0.0.1')],
  ['unknown', fwd('for=unknown')],
  ['an obfuscated name', fwd('for=_hidden')],
  ['nothing of a client', fwd('by=10.0.0.1')],
  ['an open quote', fwd('for="10.0.0.1')],
  ['an open quote of another parameter', fwd('host="')],
  ['an escaped end', fwd('for="10.0.0.1\\')],
  ['nonsense', fwd('=;=')],
]

t.test('from others the headers are ignored, whatever they say', async (t) => {
  for (const [name, headers] of [...spoofed, ...spoofedForwarded]) {
    const found = clientBehind({ remoteAddress: '203.0.113.66' }, headers, trusted)
    t.same(found, { kind: 'ignored', client: { remoteAddress: '203.0.113.66' } }, name)
  }
  t.ok(spoofed.length + spoofedForwarded.length >= 20)
})

t.test('through a proxy, a client gains nothing by what it sends', async (t) => {
  for (const [name, headers] of spoofed) {
    // Appended to the last header, as nginx and HAProxy do, or in a header behind it.
    const last = headers.at(-1) ?? ''
    t.equal(outcome(proxy, [...headers.slice(0, -1), `${last}, 203.0.113.66`]), '203.0.113.66', name)
    t.equal(outcome(proxy, [...headers, ...xff('203.0.113.66')]), '203.0.113.66', `${name}, a header of its own`)
  }
  for (const [name, headers] of spoofedForwarded) {
    for (const own of ['for=203.0.113.66', 'for="[2001:db8::66]:1"']) {
      const client = own.includes(':') ? '2001:db8::66' : '203.0.113.66'
      const last = headers.at(-1) ?? ''
      // What the client has broken is refused; never is another address taken.
      const joined = outcome(proxy, [...headers.slice(0, -1), `${last}, ${own}`])
      t.ok(joined === client || joined === 'malformed', `${name}: ${joined}`)
      t.equal(outcome(proxy, [...headers, ...fwd(own)]), client, `${name}, a header of its own`)
    }
    // Passed on beside the header that the proxy writes.
    const beside = outcome(proxy, [...headers, ...xff('203.0.113.66')])
    t.ok(['contradictory', 'malformed'].includes(beside), `${name} beside X-Forwarded-For: ${beside}`)
  }
})

t.test('what a trusted proxy sends and no address can be taken from is refused', async (t) => {
  const bad: readonly string[][] = [
    xff('nonsense'), xff('203.0.113.5, 1.2.3'), xff('203.0.113.5 10.0.0.1'), xff('203.0.113.256'), xff('2001:db8::5]'),
    xff('[203.0.113.5]'), xff('203.0.113.5:port'), xff('fe80::1%eth0'), xff('"203.0.113.5"'),
    xff(Array.from({ length: 40 }, () => '10.0.0.1').join()),
    fwd('203.0.113.5'), fwd('for=2001:db8::5'), fwd('for="2001:db8::5"'), fwd('for="[2001:db8::5]'), fwd('for=203.0.113.5 for=10.0.0.1'),
    fwd('for=203.0.113.5;for=10.0.0.1'), fwd('for=203.0.113.5;'), fwd('for = 203.0.113.5'), fwd('for="\n203.0.113.5"'),
  ]
  for (const headers of bad) t.equal(outcome(proxy, headers), 'malformed', JSON.stringify(headers).slice(0, 60))
  t.equal(outcome(proxy, [...xff('203.0.113.5'), ...fwd('for=203.0.113.6')]), 'contradictory')
  t.equal(outcome(proxy, [...xff('203.0.113.5'), ...fwd('for=unknown')]), 'contradictory')
})

t.test('blanks cost no time', async (t) => {
  const begin = performance.now()
  outcome(proxy, xff(`a${' '.repeat(1_000_000)}b`))
  outcome(proxy, fwd(`for="${'\\a'.repeat(500_000)}`))
  outcome(proxy, fwd(`${' ,'.repeat(500_000)}x`))
  t.ok(performance.now() - begin < 1000)
})
