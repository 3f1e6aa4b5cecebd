// The manifests that operators copy: they fit together, the built program runs with what their ConfigMap holds and
// answers their probes, and a Secret that Kubernetes swaps is taken for the very next connection.

import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { loadConfigFile } from '../../src/config/load.ts'
import { freePort, startProgram, temporaryDirectory } from '../support/program.ts'

const folder = join(import.meta.dirname, '../../config/kubernetes')

interface Container {
  readonly name: string
  readonly image: string
  readonly args?: readonly string[]
  readonly command?: readonly string[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[]
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly startupProbe?: Probe
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}

interface Volume {
  readonly name: string
  readonly configMap?: { readonly name: string }
  readonly secret?: { readonly secretName: string }
}

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels: unknown }
  // What a kind has of these, its schema says.
  readonly spec: {
    readonly selector?: { readonly matchLabels: unknown }
    readonly podSelector?: { readonly matchLabels: unknown }
    readonly ports?: readonly { readonly targetPort: string }[]
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[]
    readonly template: {
      readonly metadata: { readonly labels: unknown }
      readonly spec: {
        readonly securityContext: Readonly<Record<string, unknown>>
        readonly containers: readonly Container[]
        readonly initContainers?: readonly Container[]
        readonly volumes: readonly Volume[]
      }
    }
  }
}

interface Kustomization {
  readonly resources: readonly string[]
  readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[]
  readonly images: readonly { readonly name: string }[]
}

/** The manifests that a kustomization lists; the files are our own. */
function manifestsOf(directory: string): {
  readonly kustomization: Kustomization
  readonly manifests: readonly Manifest[]
} {
  const kustomization = parse(readFileSync(join(directory, 'kustomization.yaml'), 'utf8')) as Kustomization
  const manifests = kustomization.resources.flatMap((name) => {
    return parseAllDocuments(readFileSync(join(directory, name), 'utf8')).map((document) => {
      if (document.errors.length > 0) throw document.errors[0] ?? new Error(name)
      return document.toJS() as Manifest
    })
  })
  return { kustomization, manifests }
}

function workloadOf(manifests: readonly Manifest[]): Manifest {
  const found = manifests.find(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
  if (found === undefined) throw new Error('there is no workload')
  return found
}

for (const name of ['.', 'beside-kea']) {
  const directory = join(folder, name)
  const { kustomization, manifests } = manifestsOf(directory)
  const workload = workloadOf(manifests)
  const pod = workload.spec.template.spec

  t.test(`${name}: what it names is there`, async (t) => {
    for (const file of kustomization.configMapGenerator.flatMap(({ files }) => files))
      t.ok(existsSync(join(directory, file)), file)
    const listed = readdirSync(directory).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    t.same(kustomization.resources.toSorted(), listed.toSorted(), 'every manifest is applied')
    const maps = kustomization.configMapGenerator.map((map) => map.name)
    for (const { configMap } of pod.volumes)
      if (configMap !== undefined) t.ok(maps.includes(configMap.name), configMap.name)
    const volumes = [
      ...pod.volumes.map((volume) => volume.name),
      ...(workload.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name),
    ]
    for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
      t.ok(kustomization.images.some((image) => image.name === container.image), container.image)
      for (const mount of container.volumeMounts) t.ok(volumes.includes(mount.name), mount.name)
    }
    const labels = workload.spec.template.metadata.labels
    for (const { kind, spec } of manifests) {
      const selector = kind === 'Service' ? spec.selector : (spec.podSelector ?? spec.selector)?.matchLabels
      t.same(selector, labels, `${kind} means these pods`)
    }
    const ports = pod.containers.flatMap((container) => container.ports ?? []).map((port) => port.name)
    for (const { spec } of manifests)
      for (const { targetPort } of spec.ports ?? []) t.ok(ports.includes(targetPort), targetPort)
  })

  t.test(`${name}: nothing runs as root or writes where it need not`, async (t) => {
    t.match(pod.securityContext, { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } })
    for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
      t.match(container.securityContext, { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }, container.name)
      if (container.image === 'keagate') t.match(container.securityContext, { allowPrivilegeEscalation: false })
    }
  })

  t.test(`${name}: its configuration runs, answers its probes and takes a swapped Secret`, async (t) => {
    const keagate = pod.containers.find((container) => container.name === 'keagate')
    const [file = ''] = kustomization.configMapGenerator.flatMap(({ files }) => files)
    const mounted = keagate?.volumeMounts.find((mount) => mount.name === 'config')?.mountPath ?? ''
    t.same(keagate?.args, ['-c', join(mounted, file)], 'it starts with the file of the ConfigMap')
    const { config } = loadConfigFile(join(directory, file), { env: {}, pathChecks: true })
    const ports = new Map(keagate?.ports?.map((port) => [port.name, port.containerPort]))
    t.equal(ports.get('commands'), config.httpPort)
    t.equal(ports.get('monitoring'), config.monitoring?.httpPort)
    const secret = keagate?.volumeMounts.find((mount) => mount.name === 'tls')?.mountPath ?? ''

    const volume = new SecretVolume(join(temporaryDirectory(t), 'tls'))
    const before = await makeTestCertificates(temporaryDirectory(t))
    const after = await makeTestCertificates(temporaryDirectory(t))
    const content = ({ caFile, serverCertFile, serverKeyFile }: typeof before): SecretData => {
      return { 'ca.crt': caFile, 'tls.crt': serverCertFile, 'tls.key': serverKeyFile }
    }
    volume.hold(content(before))
    const monitoring = await freePort()
    const text = readFileSync(join(directory, file), 'utf8')
    const program = await startProgram(t, (port) => {
      return text.replaceAll(`${secret}/`, `${volume.path}/`).replaceAll('"0.0.0.0"', '"127.0.0.1"')
        .replace(/"http-port": 8000/, `"http-port": ${port}`).replace(/"http-port": 8001/, `"http-port": ${monitoring}`)
    })
    for (const probe of [keagate?.livenessProbe, keagate?.readinessProbe, keagate?.startupProbe]) {
      if (probe === undefined) continue
      t.equal(probe.httpGet.port, 'monitoring')
      t.equal((await fetch(`http://127.0.0.1:${monitoring}${probe.httpGet.path}`)).status, 200, probe.httpGet.path)
    }
    t.equal(await version(program.port, before), 200)
    volume.hold(content(after))
    await program.waitFor(/KEAGATE_TLS_FILES_TAKEN/)
    t.equal(await version(program.port, after), 200, 'the new client, which trusts only the new authority')
    t.equal(await version(program.port, { ...before, caFile: after.caFile }), 403, 'the old one is told why not')
    t.notMatch(program.output(), /KEAGATE_TLS_FILES_NOT_TAKEN|key-file/)
    const metrics = await (await fetch(`http://127.0.0.1:${monitoring}/metrics`)).text()
    // Once for the port for commands, and once for https control sockets where there are some.
    t.match(metrics, /^keagate_tls_reloads_total\{result="taken"\} [12]$/m)
    t.match(metrics, /^keagate_tls_reloads_total\{result="failed"\} 0$/m)
  })
}

/** File names in the Secret, and where their content is to come from. */
type SecretData = Readonly<Record<string, string>>

/**
 * A Secret as the kubelet mounts it: files are links through `..data`, which is the one thing that is ever replaced.
 */
class SecretVolume {
  readonly path: string
  #turn = 0

  constructor(path: string) {
    this.path = path
    mkdirSync(path)
  }

  hold(data: SecretData): void {
    const name = `..2026_11_27_12_00_0${this.#turn}.1`
    const previous = `..2026_11_27_12_00_0${this.#turn - 1}.1`
    mkdirSync(join(this.path, name))
    for (const [file, source] of Object.entries(data)) {
      // Group-readable as with defaultMode 0440 and fsGroup.
      writeFileSync(join(this.path, name, file), readFileSync(source), { mode: 0o440 })
      if (this.#turn === 0) symlinkSync(join('..data', file), join(this.path, file))
    }
    symlinkSync(name, join(this.path, '..data_tmp'))
    renameSync(join(this.path, '..data_tmp'), join(this.path, '..data'))
    rmSync(join(this.path, previous), { recursive: true, force: true })
    this.#turn++
  }
}

/** The status of a `version-get` on a connection of its own. @throws where the server is not trusted */
function version(port: number, { caFile, clientCertFile, clientKeyFile }: Readonly<Record<'caFile' | 'clientCertFile' | 'clientKeyFile', string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const read = (file: string): Buffer => readFileSync(file)
    const socket = connect({ port, host: '127.0.0.1', ca: read(caFile), cert: read(clientCertFile), key: read(clientKeyFile) })
    const body = '{ "command": "version-get" }'
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      socket.write(`POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
    })
    socket.once('data', (data: Buffer) => {
      socket.removeListener('error', reject).on('error', () => undefined).destroy()
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(data.toString('latin1'))?.[1]))
    })
  })
}
