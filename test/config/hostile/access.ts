// Hostile access control: names, roles, lists and references, as many and as entangled as fit.

import { keaCommands } from '../../../src/config/access/kea-commands.ts'
import { elements } from './random.ts'
import type { Random } from './random.ts'
import type { Family } from './family.ts'

const known = [...keaCommands.keys()]

/** Names of commands that do not exist, each kind expensive in a way of its own. */
const commandNames: readonly ((random: Random, index: number) => string)[] = [
  (random) => random.word(6),
  (random) => random.slip(known[random.below(known.length)] ?? ''),
  (random, index) => `reservation-get-by-${index}`,
  (random, index) => `${'a'.repeat(56)}${String(index).padStart(8, '0')}`,
  (random) => random.word(512),
  (_, index) => `\\u00e9\u4e00\u{1f600}-${index}`,
  (_, index) => `config-get${' '.repeat(index % 40)}${index}`,
  (_, index) => String(index),
]

/** `{"commands": [...]}` again and again, each as long as a list may be. */
function commandLists(bytes: number, name: (index: number) => string): string {
  let number = 0
  return elements(bytes, 1000, () => {
    return `{"commands":[${elements(Math.min(bytes - 40, 200_000), 1000, () => JSON.stringify(name(number++)))}]}`
  })
}

function control(members: string, method = 'remote-address'): string {
  return `"access-control":{"assign-role-method":"${method}",${members}}`
}

function sockets(bytes: number, most: number): string {
  return `"control-sockets":{${elements(bytes, most, (index) => `"s${index}":{"socket-name":"s"}`)}}`
}

export const names: Family = (random, bytes, variant) => {
  const make = commandNames[variant % commandNames.length] ?? String
  const name = (index: number): string => make(random, index)
  const half = Math.floor(bytes / 2) - 300
  const [accept, reject] = [commandLists(half, name), commandLists(half, name)]
  return control(`"default-role":{"accept-commands":{"or":[${accept}]},"reject-commands":{"or":[${reject}]}}`)
}

/** One name each in a list of its own, beside many services. */
export const scattered: Family = (random, bytes, variant) => {
  const third = Math.floor(bytes / 3) - 200
  const make = commandNames[variant % commandNames.length] ?? String
  const lists = elements(third, 1000, (index) => `{"l${index}":{"or":[{"commands":["${make(random, index)}"]},"READ"]}}`)
  const roles = elements(third, 1000, (index) => {
    return `{"name":"10.0.${index >> 8}.${index & 255}","accept-commands":{"not":"l${index % 300}"},"reject-commands":{"and":[{"not":"l${index % 300}"},{"services":["s${index}"]}]}}`
  })
  return `${control(`"access-control-lists":[${lists}],"roles":[${roles}]`)},${sockets(third, 1000)}`
}

const roleForms: readonly ((index: number, random: Random) => string)[] = [
  (index) => `{"name":"10.${index >> 8}.${index & 255}.0/24","accept-commands":"READ","reject-commands":"WRITE"}`,
  (index) => `{"name":"10.0.${index >> 8}.${index & 255}","accept-commands":"ALL","reject-commands":{"and":["READ",{"hook":"${index}"}]}}`,
  (index, random) => `{"name":"2001:db8:${index.toString(16)}::/48","accept-commands":{"commands":["${random.word(9)}"]},"reject-commands":"NONE"}`,
  (index) => `{"name":"r${index}","accept-commands":{"not":{"not":{"not":"READ"}}},"reject-commands":{"or":["WRITE",{"access":"read"}]}}`,
  (index) => `{"name":"${index % 3}","list-match-first":"reject","accept-commands":{"not":"ALL"},"reject-commands":"ALL"}`,
  (index) => `{"name":"CN=role ${index}, O=${'x'.repeat(80)}, C=XY","other-commands":"accept","response-filters":["list-commands","redact-secrets"]}`,
  (index) => `{"name":"${'ab'.repeat(60)}${index}","accept-commands":{"services":["s${index}"]},"reject-commands":{"services":["t${index}"]}}`,
  (index) => `{"name":"r${index}","accept-commands":{"hook":"h${index}"},"user-context":{"a":[1,2,{"b":null}]},"comment":"c"}`,
]

export const roles: Family = (random, bytes, variant) => {
  const make = roleForms[variant % roleForms.length] ?? String
  const method = random.pick(['remote-address', 'cert-subject', 'basic-authentication'])
  const [own, services] =
    variant % 2 === 0 ? [bytes - 200, 0] : [Math.floor(bytes * 0.7) - 200, Math.floor(bytes * 0.3)]
  const list = elements(own, 1000, (index) => make(index, random))
  return `${control(`"roles":[${list}]`, method)},${sockets(services, 1000)}`
}

const or = (names: readonly string[]): string => `{"or":[${names.map((name) => `"${name}"`).join(',')}]}`

const listForms: readonly ((index: number, random: Random) => string)[] = [
  (index) => `{"l${index}":${or(Array.from({ length: 14 }, (_, step) => (index === 0 ? 'READ' : `l${Math.max(0, index - 1 - step)}`)))}}`,
  (index) => `{"l${index}":{"not":"${index === 0 ? 'READ' : `l${index - 1}`}"}}`,
  (index) => `{"l${index}":{"not":"l${index + 1}"}}`,
  (index) => `{"l${index}":{"and":["l${index + 1}","l${index + 1}","l${index + 2}"]}}`,
  (index) => `{"l${index}":${'{"not":'.repeat(30)}"${index === 0 ? 'WRITE' : `l${index - 1}`}"${'}'.repeat(30)}}`,
  (index) => `{"l${index}":${'{"or":[{"and":['.repeat(20)}"ALL"${']}]}'.repeat(20)}}`,
  (index, random) => `{"l${index}":{"or":[{"commands":["${random.word(4)}"]},{"hook":"${random.word(4)}"},{"services":["${random.word(4)}"]},{"access":"read"}]}}`,
  (index) => `{"l${index}":{"and":[${Array.from({ length: 40 }, (_, step) => `{"not":{"commands":["c${index * 40 + step}"]}}`).join(',')}]}}`,
]

/** Named lists made of named lists, and roles that use all of them. */
export const lists: Family = (random, bytes, variant) => {
  const make = listForms[variant % listForms.length] ?? String
  const most = 400 + random.below(600)
  const roles = elements(Math.floor(bytes / 5), 1000, (index) => {
    return `{"name":"10.0.${index >> 8}.${index & 255}","accept-commands":"l${most - 1 - (index % 7)}","reject-commands":{"not":"l0"}}`
  })
  const own = elements(Math.floor(bytes * 0.8) - 200, most, (index) => make(index, random))
  return control(`"access-control-lists":[${own}],"roles":[${roles}]`)
}

const referenceForms: readonly ((index: number, random: Random) => string)[] = [
  (index) => `"m${index}"`,
  (_, random) => `"${random.slip('monitoring-read')}"`,
  (index) => `"${'n'.repeat(50)}${index}"`,
  (index) => `{"hook":"host_cmd${index}"}`,
  (index) => `{"services":["dhcp${index}","d2 ","dhcp4x"]}`,
  (_, random) => `{"${random.slip('commands')}":["a"]}`,
  (index) => `{"or":["r${index}",{},{"a":1,"b":2},[],null]}`,
  (_, random) => `"${random.word(300)}"`,
]

/** Names of lists, hooks and services that lead nowhere, beside a thousand that they could have been. */
export const references: Family = (random, bytes, variant) => {
  const make = referenceForms[variant % referenceForms.length] ?? String
  const named = elements(Math.floor(bytes / 4), 990, (index) => `{"monitoring-${index}":"READ"}`)
  const rules = elements(Math.floor((bytes * 3) / 4) - 300, 1000, () => {
    return `{"or":[${elements(20_000, 1000, (index) => make(index, random))}]}`
  })
  return control(`"access-control-lists":[${named}],"default-role":{"accept-commands":{"or":[${rules}]}}`)
}

/** Lists that lead back to themselves, with long names and without. */
export const circles: Family = (random, bytes, variant) => {
  const long = [0, 200, 60, 500][variant % 4] ?? 0
  const prefix = random.word(long)
  const most = [1000, 400, 40, 1000][variant % 4] ?? 1000
  const width = [1, 30, 40, 2][variant % 4] ?? 1
  const list = elements(bytes - 200, most, (index) => {
    const steps = Array.from({ length: width }, (_, step) => `${prefix}${(index + 1 + step) % most}`)
    return `{"${prefix}${index}":${or(steps)}}`
  })
  return control(`"access-control-lists":[${list}]`)
}
