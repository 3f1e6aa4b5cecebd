// The compose example: what it mounts is there, and daemons, keagate and image mean the same folders.

import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { loadConfigFile } from '../../src/config/load.ts'
import { run } from '../support/child.ts'
import { executable, skipWithout } from '../kea/installed.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'config/compose')

interface Service {
  readonly user: string
  readonly read_only: boolean
  readonly cap_drop: readonly string[]
  readonly command?: readonly string[]
  readonly volumes: readonly string[]
  readonly build: { readonly context: string; readonly dockerfile?: string }
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
}

// The file is our own.
const compose = parse(readFileSync(join(folder, 'compose.yaml'), 'utf8'), { merge: true }) as Compose
const image = readFileSync(join(root, 'Dockerfile'), 'utf8')
const { config } = loadConfigFile(join(folder, 'keagate/kea-ctrl-agent.conf'), { env: {}, pathChecks: true })
const daemons = ['dhcp4', 'dhcp6', 'd2'] as const

t.test('it mounts and builds what is there, and nothing runs as root', async (t) => {
  for (const [name, { user, read_only: readOnly, cap_drop: dropped, volumes, build }] of Object.entries(
    compose.services,
  )) {
    t.same([user, readOnly, dropped], ['1000:1000', true, ['ALL']], name)
    t.ok(existsSync(join(folder, build.context, build.dockerfile ?? 'Dockerfile')), name)
    for (const volume of volumes) {
      const [source = ''] = volume.split(':')
      t.ok(source.startsWith('./') ? existsSync(join(folder, source)) : Object.hasOwn(compose.volumes, source), volume)
    }
  }
})

t.test('the image looks for its configuration where it is mounted', async (t) => {
  const [, file] = /^CMD \["-c", "(.*)"\]$/m.exec(image) ?? []
  t.ok(compose.services['keagate']?.volumes.includes('./keagate:/etc/kea:ro'))
  t.equal(file, '/etc/kea/kea-ctrl-agent.conf')
  t.match(readFileSync(join(root, 'src/cli/health-command.ts'), 'utf8'), `const defaultFile = '${file ?? ''}'`)
  // An empty volume takes over whose the folder of the image is; where there is none, it is root's.
  const made = `${image}${readFileSync(join(folder, 'kea.Dockerfile'), 'utf8')}`.split('\n')
    .flatMap((line) => (line.includes('install -d -o') ? line.split(' ') : []))
  for (const volume of Object.values(compose.services).flatMap(({ volumes }) => volumes).filter((each) => !each.startsWith('./'))) {
    t.ok(made.includes(volume.split(':')[1] ?? ''), volume)
  }
})

t.test('daemons listen where keagate looks for them', async (t) => {
  for (const service of daemons) {
    const file = compose.services[service]?.command?.at(-1) ?? ''
    const text = readFileSync(join(folder, 'kea', basename(file)), 'utf8')
    const [, path] = /"socket-name": "(.*?)"/.exec(text) ?? []
    t.match(config.controlSockets.get(service), { path })
    t.type(path, 'string')
  }
})

t.test('Kea takes their configurations', { skip: skipWithout('kea-dhcp4', 'kea-dhcp6', 'kea-dhcp-ddns') }, async (t) => {
  for (const name of ['kea-dhcp4', 'kea-dhcp6', 'kea-dhcp-ddns'] as const) {
    const { code, stdout, stderr } = await run(executable(name), ['-t', join(folder, 'kea', `${name}.conf`)], { env: { KEA_LOCKFILE_DIR: 'none' } })
    t.equal(code, 0, stdout + stderr)
  }
})
