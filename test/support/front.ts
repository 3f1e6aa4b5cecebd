// What tests of proxies share: an agent that gives roles by address and records commands, and clients at addresses of
// their own.

import { existsSync, readFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { Owner } from './child.ts'
import { answering, FakeDaemon } from './fake-daemon.ts'
import type { Program } from './program.ts'
import { freePort, startProgram, temporaryDirectory } from './program.ts'
import { RawClient } from './raw-client.ts'

export interface Recorded {
  readonly address: string
  readonly proxy?: string
  readonly role: string | null
  readonly decision: string
  readonly reason: string | null
  readonly command: string | null
  readonly user: string | null
  readonly subject: string | null
  readonly 'attempted-user'?: string
}

export interface Front {
  readonly program: Program
  readonly port: number
  readonly audit: () => readonly Recorded[]
  /** The value of one metric, 0 where it has not been counted. @param series name and labels as in the exposition */
  readonly metric: (series: string) => Promise<number>
  readonly monitoringPort: number
}

/** @param members more of the configuration; the client at `reader` may read and no other may do anything */
export async function startFront(owner: Owner, members: object, reader = '127.0.0.5'): Promise<Front> {
  const daemon = await FakeDaemon.listen(answering((command) => `{ "result": 0, "arguments": ${command} }`))
  owner.teardown(() => daemon.close())
  const directory = temporaryDirectory(owner)
  const file = path.join(directory, 'audit.json')
  const monitoringPort = await freePort()
  const program = await startProgram(owner, {
    'control-sockets': { dhcp4: { 'socket-name': daemon.path } },
    'audit-log': { output: file },
    monitoring: { 'http-port': monitoringPort, 'probes-on-agent-port': true },
    'access-control': {
      'assign-role-method': 'remote-address', roles: [{ name: reader, 'accept-commands': 'ALL' }],
    },
    loggers: [{ name: 'kea-ctrl-agent', severity: 'INFO', 'output-options': [{ output: 'stdout' }] }],
    ...members,
  })
  return {
    program,
    port: program.port,
    monitoringPort,
    audit: () => {
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '') : []
      return lines.map((line) => JSON.parse(line) as Recorded)
    },
    metric: async (series) => {
      const text = await (await fetch(`http://127.0.0.1:${monitoringPort}/metrics`)).text()
      const line = text.split('\n').find((each) => each.startsWith(`${series} `))
      return Number(line?.slice(series.length) ?? 0)
    },
  }
}

/** @param localAddress the loopback address that the connection comes from */
export async function connectFrom(owner: Pick<Owner, 'teardown'>, port: number, localAddress: string): Promise<RawClient> {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true, noDelay: true })
  owner.teardown(() => socket.destroy())
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return new RawClient(socket)
}
