// Everything the contestants need around them: certificates, real daemons, fake daemons, folders; removed at the end.

import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Owner } from '../support/child.ts'
import { run, startChild } from '../support/child.ts'
import { startDaemon } from '../kea/daemons.ts'
import { temporaryDirectory } from '../support/program.ts'
import type { Surroundings, TlsFiles } from './contestants.ts'
import type { FakeSockets } from './fake.ts'
import type { Stage } from './measure.ts'
import type { Daemons, Line } from './work.ts'

export interface StageOptions {
  readonly program: string
  readonly seconds: number
  readonly lines: readonly Line[]
}

/** The compiled parts of the benchmark that are processes of their own. */
const parts = import.meta.dirname

/** Starts only what the lines need. */
export async function setStage(owner: Owner, { program, seconds, lines }: StageOptions): Promise<Stage> {
  const directory = temporaryDirectory(owner)
  const certificates = await makeCertificates(program, path.join(directory, 'tls'))
  const needed = new Set(lines.map(({ daemons }) => daemons))
  const fakes: FakeSockets = {
    [path.join(directory, 'small')]: 200,
    [path.join(directory, 'one')]: 1_000_000,
    [path.join(directory, 'twenty')]: 20_000_000,
    [path.join(directory, 'hung')]: 'hang',
  }
  const fake = startChild(owner, process.execPath, [path.join(parts, 'fake.js'), JSON.stringify(fakes)])
  await fake.waitFor(/FAKE_DAEMONS_STARTED/)
  const sockets: Record<Daemons, Readonly<Record<string, string>>> = {
    real: needed.has('real') ? await realDaemons(owner) : {},
    large: { dhcp4: path.join(directory, 'one'), dhcp6: path.join(directory, 'twenty') },
    hung: { dhcp4: path.join(directory, 'small'), d2: path.join(directory, 'hung') },
  }
  const configurations = path.join(directory, 'run')
  mkdirSync(configurations)
  const surroundings = (daemons: Daemons): Surroundings => ({
    owner,
    directory: configurations,
    program,
    parts,
    sockets: sockets[daemons],
    certificates,
  })
  return { around: surroundings, seconds }
}

async function realDaemons(owner: Owner): Promise<Readonly<Record<string, string>>> {
  const [dhcp4, dhcp6, d2] = await Promise.all([
    startDaemon(owner, 'dhcp4', quiet('kea-dhcp4')),
    startDaemon(owner, 'dhcp6', quiet('kea-dhcp6')),
    startDaemon(owner, 'd2', quiet('kea-dhcp-ddns')),
  ])
  return { dhcp4: dhcp4.socket, dhcp6: dhcp6.socket, d2: d2.socket }
}

/** Without a line for each command, which would cost the daemon more than the command. */
function quiet(name: string): Record<string, unknown> {
  const outputs = [{ output: 'stdout' }]
  const loggers = [
    { name, severity: 'INFO', output_options: outputs },
    { name: `${name}.commands`, severity: 'WARN', output_options: outputs },
  ]
  return { loggers }
}

/** One EC P-256 set for all, made by keagate itself. */
async function makeCertificates(program: string, directory: string): Promise<TlsFiles> {
  const { code, stderr } = await run(process.execPath, [program, 'certs', 'init', directory])
  if (code !== 0) throw new Error(`keagate certs init: ${stderr}`)
  const file = (name: string): string => path.join(directory, name)
  return {
    ca: file('ca/cert.pem'),
    cert: file('server/cert.pem'),
    key: file('server/key.pem'),
    clientCert: file('client/cert.pem'),
    clientKey: file('client/key.pem'),
  }
}
