// Hostile sockets, users, loggers, headers, modules and TLS files.

import type { Family, Places } from './family.ts'
import { elements } from './random.ts'
import type { Random } from './random.ts'

type Form = (index: number, random: Random, places: Places) => string

/** Another spelling of the same path for each number. */
function spelled(folder: string, name: string, index: number): string {
  return `${folder}${'/.'.repeat(1 + (index % 9))}${'/'.repeat(1 + (index >> 3))}${name}`
}

const limits = (index: number): string => `"limits":{"max-in-flight":${1 + (index % 1024)}}`

const socketForms: readonly Form[] = [
  (index) => `"socket-name":"s${index}"`,
  (index) => `"socket-name":"s${Math.abs(500 - index)}",${limits(index)}`,
  (index) => `"socket-type":"http","socket-port":${1 + index},"user":"u${index}","password":"p${index}"`,
  (index) => `"socket-type":"http","socket-address":"127.0.${index >> 8}.${index & 255}","user":"u","password":"*****"`,
  (index, _, { folder }) => `"socket-type":"https","socket-port":${1 + index},"trust-anchor":"${folder}/ca.pem"`,
  (index, _, { folder }) => `"socket-type":"https","trust-anchor":"${spelled(folder, 'ca.pem', index)}"`,
  (index, _, { folder }) =>
    `"socket-type":"https","trust-anchor":"${folder}/ca.pem","cert-file":"${spelled(folder, 'cert.pem', index)}","key-file":"${folder}/key.pem"`,
  (index) => `"socket-type":"https","trust-anchor":"/none/${index}","cert-file":"/none/c${index}","key-file":"/none/k"`,
  (index) => `"socket-type":"https","trust-anchor":"/none${'/a'.repeat(60)}","cert-file":"/c","key-file":"/k${index % 5}"`,
  () => '"socket-type":"https","trust-anchor":"/etc/ssl/certs/ca-certificates.crt"',
  (index, _, { folder }) =>
    `"socket-type":"https","trust-anchor":"/etc/ssl/certs/ca-certificates.crt","cert-file":"${spelled(folder, 'cert.pem', index)}","key-file":"${folder}/key.pem"`,
  (index) => `"socket-name":"${'/long'.repeat(30)}${index}"`,
  (_, random) => `"${random.slip('socket-name')}":"s","${random.slip('socket-type')}":"unix"`,
  (_, random) => elements(230, 1000, () => `"${random.slip('socket-typename')}":1`),
  (index) => `"socket-type":"http","socket-address":"10.0.0.${index}","user":"a:b","password":"p","password-file":"q"`,
  (index) => `"socket-type":${index},"socket-name":[],"limits":{"max-in-flight":"x"},"user":null`,
]

export const sockets: Family = (random, bytes, variant, places) => {
  const make = socketForms[variant % socketForms.length] ?? String
  const most = variant % 5 === 4 ? 20_000 : 1000
  return `"control-sockets":{${elements(bytes - 60, most, (index) => `"s${index}":{${make(index, random, places)}}`)}}`
}

const userForms: readonly Form[] = [
  (index, _, { folder }) => `"user":"u${index}","password-file":"${folder}/password"`,
  (index, _, { folder }) => `"user":"u${index}","password-file":"${spelled(folder, 'password', index)}"`,
  (index, _, { folder }) => `"user-file":"${spelled(folder, 'password', index)}","password-file":"${folder}/password"`,
  (index) => `"password-file":"/none/${index}"`,
  (index) => `"user":"u${index}","password":"*****"`,
  () => '"user":"u","password":"*****"',
  (index) => `"user":"u${index % 2}","password-hash":"$scrypt$ln=10,r=1,p=${1 + (index % 9)}$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAA${'AQgw'.charAt(index % 4)}"`,
  (index) => `"user":"u${index}","password":"${'\\u00c3\\u00a9'.repeat(15)}"`,
  (index) => `"user":"u","user-file":"f","password":"p${index}","password-file":"q"`,
  (index) => `"user":"u${index}","cert-fingerprint":"${'0f:'.repeat(40)}","cert-subject":"CN=${index}"`,
  () => '',
  (_, random) => `"${random.slip('password')}":"p","${random.slip('user')}":"u"`,
  (index) => `"user":${index},"password":[],"password-file":{}`,
  () => '"user":"u","password-file":"/proc/self/smaps"',
  (index) => `"user":"u${index}","password-file":"/proc/${'self/root/proc/'.repeat(index % 14)}self/smaps"`,
  (index) => `"user":"u${index}","password":"p","user-context":{"a":${'['.repeat(80)}${']'.repeat(80)}},"comment":"c"`,
]

export const users: Family = (random, bytes, variant, places) => {
  const make = userForms[variant % userForms.length] ?? String
  const most = variant % 3 === 2 ? 50_000 : 1000
  const clients = elements(bytes - 100, most, (index) => `{${make(index, random, places)}}`)
  return `"authentication":{"type":"basic","clients":[${clients}]}`
}

const outputForms: readonly Form[] = [
  (index) => `"output":"l${index}.log"`,
  (index) => `"output":"stdout","pattern":"%d{%H:%M:%S.%q} ${'%m%n%c%p%t'.repeat(40)}${index}"`,
  (index) => `"output":"syslog:local${index}"`,
  (index) => `"output":"${'/none'.repeat(60)}/l${index}.log"`,
  (index) => `"output":"l.log","maxsize":${index},"maxver":${index},"format":"json","pattern":"%m"`,
  (_, random) => `"${random.slip('output')}":"stdout","${random.slip('pattern')}":"p"`,
]

export const loggers: Family = (random, bytes, variant, places) => {
  const make = outputForms[variant % outputForms.length] ?? String
  const [most, outputs] = variant % 3 === 2 ? [20_000, 40] : [32, 16]
  const list = elements(bytes - 60, most, (index) => {
    const name = random.pick(['kea-ctrl-agent', `kea-ctrl-agent.${index}`, 'kea-ctrl-agent.http', `other.${random.word(9)}`])
    const own = elements(7500, outputs, (output) => `{${make(output + 16 * index, random, places)}}`)
    return `{"name":"${name}","severity":"${random.pick(['INFO', 'debug', 'none', 'loud'])}","output-options":[${own}]}`
  })
  return `"loggers":[${list}]`
}

const headerForms: readonly Form[] = [
  (index) => `"name":"X-H${index}","value":"${'v'.repeat(4090)}"`,
  (index) => `"name":"X-H${index % 3}","value":"${'v\\t'.repeat(500)}"`,
  (index) => `"name":"bad name ${index}","value":"v"`,
  (_, random) => `"${random.slip('name')}":"a","${random.slip('value')}":"b"`,
  (index) => `"name":"${'n'.repeat(300)}${index}","value":"\\u4e00${'\u{1f600}'.repeat(1000)}"`,
  (index) => `"name":"Connection","value":${index}`,
]

export const headers: Family = (random, bytes, variant, places) => {
  const make = headerForms[variant % headerForms.length] ?? String
  const list = elements(bytes - 60, variant % 2 === 0 ? 64 : 30_000, (index) => `{${make(index, random, places)}}`)
  return `"http-headers":[${list}]`
}

const parameters: readonly ((bytes: number, random: Random) => string)[] = [
  (bytes, random) => elements(bytes, 100_000, (index) => `"k${index}":"${random.word(5)}"`),
  (bytes) => elements(bytes, 100_000, (index) => `"api-secret":"*****","k${index}":[1,{}]`),
  (bytes) => `"a":[${elements(bytes, 100_000, () => '[]')}]`,
  () => '"assign-role-method":"x","rolls":[],"roles":[{"nam":1}]',
]

const libraryForms: readonly Form[] = [
  (_, __, { folder }) => `${folder}/module.mjs`,
  (index) => `absent-${index}.mjs`,
  (index) => `/usr/lib/libca_rbac.so.${index}`,
  (index) => `libdhcp_host_cmds.so.${index}`,
  () => `${'/'.repeat(5000)}x`,
]

export const modules: Family = (random, bytes, variant, places) => {
  const library = libraryForms[variant % libraryForms.length] ?? String
  const make = parameters[Math.floor(variant / 2) % parameters.length] ?? String
  const [most, size] = variant % 4 < 2 ? [16, Math.floor(bytes / 16) - 400] : [20_000, 60]
  const list = elements(bytes - 60, most, (index) => {
    return `{"library":"${library(index, random, places)}","parameters":{${make(size, random)}}}`
  })
  return `"hooks-libraries":[${list}]`
}

const trustAnchors = ['/etc/ssl/certs', '/etc/ssl/certs/ca-certificates.crt', '/proc/self/smaps', '/', '/usr/bin/env'] as const

/** The files of the agent itself, which may be named over the network. */
export const tls: Family = (random, bytes, variant, { folder }) => {
  const anchor = trustAnchors[variant % trustAnchors.length] ?? `${folder}/ca.pem`
  const files = `"trust-anchor":"${anchor}","cert-file":"${folder}/cert.pem","key-file":"${folder}/key.pem"`
  const own = `"ciphers":"${random.word(4000)}","groups":"${'x25519:'.repeat(140)}","crl-file":"${anchor}"`
  const padding = elements(bytes - 8000, 1000, (index) => `"k${index}":"${random.word(200)}"`)
  return `${files},"tls":{${variant % 2 === 0 ? own : ''}},"user-context":{${padding}}`
}
