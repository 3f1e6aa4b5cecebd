// The whole demonstration in one process: daemons, certificates, and the agent in front of them.

import { EventEmitter } from 'node:events'
import { runAgent } from '../app/run-agent.ts'
import { Signals } from '../process/signals.ts'
import { makeCertificates } from './certificates.ts'
import { makeDaemon } from './daemons.ts'
import { writeAgentConfig } from './agent-config.ts'
import { freePort } from './free-port.ts'
import { introduction } from './introduction.ts'
import type { DaemonInUse } from './introduction.ts'
import { findRealDaemon } from './real-daemon.ts'
import type { Service } from './sample-config.ts'
import { services } from './sample-config.ts'
import { Workplace } from './workplace.ts'

export interface DemoOptions {
  /** Whether to use Kea's own daemons where they answer. */
  readonly withKea: boolean
  /** For commands; another free port is used if this one is taken. */
  readonly port: number
  readonly monitoringPort: number
}

export interface DemoContext {
  readonly env: NodeJS.ProcessEnv
  readonly program: string
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
}

/**
 * Runs until Ctrl-C or another signal, then ends the process.
 * @returns the exit code of a start that failed
 * @throws KeagateError
 */
export async function runDemo(options: DemoOptions, { env, program, stdin, stdout }: DemoContext): Promise<number> {
  const signals = new Signals(demoSignals())
  const workplace = Workplace.create()
  const daemons = await Promise.all(services.map((service) => findDaemon(service, options.withKea ? env : null)))
  const demonstrated = daemons.filter(isMadeUp).map(({ service }) => makeDaemon(service, workplace.file(service)))
  await Promise.all(demonstrated.map((daemon) => daemon.start()))
  await makeCertificates(workplace.file('tls'), { env, stdin })
  const port = await freePort(options.port)
  const plan = {
    port,
    monitoringPort: await freePort(options.monitoringPort === port ? 0 : options.monitoringPort),
    sockets: new Map(daemons.map(({ service, real }) => [service, real?.path ?? workplace.file(service)])),
  }
  const file = writeAgentConfig(workplace, plan)
  const code = await runAgent({ kind: 'run', file, debug: false, pathChecks: true }, {
    program,
    signals,
    env: { ...env, KEA_PIDFILE_DIR: workplace.directory },
    started: () => stdout.write(introduction(workplace, plan, daemons)),
  })
  for (const daemon of demonstrated) daemon.stop()
  return code
}

/** @param env says where to look for Kea's own daemon; null: use a made-up one */
async function findDaemon(service: Service, env: NodeJS.ProcessEnv | null): Promise<DaemonInUse> {
  const real = env === null ? null : await findRealDaemon(service, env)
  return typeof real === 'string' ? { service, real: null, reason: real } : { service, real, reason: null }
}

function isMadeUp({ real }: DaemonInUse): boolean {
  return real === null
}

/** The signals of an agent, but SIGHUP, which is sent when the terminal is closed, ends the demonstration. */
function demoSignals(): EventEmitter {
  const signals = new EventEmitter()
  for (const name of ['SIGTERM', 'SIGINT', 'SIGUSR1']) process.on(name, () => signals.emit(name))
  process.on('SIGHUP', () => signals.emit('SIGTERM'))
  return signals
}
