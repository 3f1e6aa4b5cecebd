// Examines every control socket: whether it exists, whether it may be used, and what answers there.

import { neverAborted } from '../command/scope.ts'
import type { AgentConfig, ControlSocketConfig } from '../config/types.ts'
import { socketAddress } from '../config/resolve/socket-address.ts'
import { openUpstreams } from '../forward/open-upstreams.ts'
import { Router } from '../forward/router.ts'
import { socketRemedy } from '../forward/socket-permission.ts'
import { rawToString } from '../json/raw.ts'
import type { Log } from '../log/message.ts'
import type { Finding } from './finding.ts'
import { ok, problem } from './finding.ts'

/** Milliseconds that a daemon has to answer a command. */
const checkTimeout = 5000

/** Resolves to one finding for each service. The certificates of https sockets must have been examined before. */
export async function examineDaemons({ controlSockets }: AgentConfig, log: Log): Promise<readonly Finding[]> {
  const upstreams = await openUpstreams(
    new Map([...controlSockets].map(([name, socket]) => [name, hasty(socket)])),
    log,
    null,
  )
  const router = new Router(upstreams.byService, log)
  const ask = async (name: string, service: string): Promise<Answer> => {
    const command = { name, services: [service], arguments: null, caller: anonymous }
    const memory = { tryReserve: () => true, release: () => undefined }
    const [answer] = await router.forward(command, [service], { signal: neverAborted, memory })
    return read(answer === undefined ? '' : rawToString(answer))
  }
  const examine = async ([service, socket]: readonly [string, ControlSocketConfig]): Promise<Finding> => {
    const address = socketAddress(socket)
    const version = await ask('version-get', service)
    if (version.result === 0 && socket.socketType !== 'unix' && socket.service === null) {
      if (isOfAgent(await ask('list-commands', service))) return agentFound(service, address)
    }
    const agent = socket.socketType !== 'unix' && socket.service !== null
    // Statistics tell the answer of that agent from an error of the connection to it.
    if (version.result !== 0 && agent && upstreams.byService.get(service)?.stats.isReachable === true) {
      return farFailure(service, address, version)
    }
    return findingFor(service, socket, version)
  }
  const findings = await Promise.all([...controlSockets].map(examine))
  for (const upstream of upstreams.byKey.values()) upstream.close()
  return findings
}

/** The same socket with shorter time limits than an agent has. */
function hasty<Socket extends ControlSocketConfig>(socket: Socket): Socket {
  const times = { connectTimeout: checkTimeout, stallTimeout: checkTimeout, totalTimeout: checkTimeout }
  return { ...socket, limits: { ...socket.limits, ...times } }
}

const anonymous = { remoteAddress: '127.0.0.1', tls: null, user: null }

/** Judges by the answer to `list-commands`: every daemon of Kea has `statistic-` commands, no agent has. */
function isOfAgent({ result, arguments: names }: Answer): boolean {
  if (result !== 0 || !Array.isArray(names)) return false
  return !names.some((name) => typeof name === 'string' && name.startsWith('statistic-'))
}

function agentFound(service: string, address: string): Finding {
  const text = `an agent answers at ${address}, and runs the commands for ${service} itself`
  const remedy = 'add "service" with the name that this agent knows the daemon by, or write the address of the daemon'
  return problem('warning', `control socket ${service}`, text, remedy)
}

function farFailure(service: string, address: string, { text }: Answer): Finding {
  const remedy = 'look there: at the log of that agent, or with keagate doctor on its host'
  return problem('error', `control socket ${service}`, `the agent at ${address} has no good answer: ${text}`, remedy)
}

function findingFor(service: string, socket: ControlSocketConfig, { result, text }: Answer): Finding {
  const address = socketAddress(socket)
  const what = `control socket ${service}`
  if (result === 0) return ok(what, `${address} answers, version ${text}`)
  const reason = text.replace(/^no usable answer from service [^:]*: /, '').replace(/; server is likely to be offline$/, '')
  if (isAbsent(socket, reason)) return problem('warning', what, `${address}: ${reason}`, absentRemedy(service, reason))
  return problem('error', what, `${address}: ${reason}`, remedyFor(reason, address))
}

/**
 * Whether there may never have been a daemon here; the agent can start all the same. A UNIX socket that refuses
 * connections was left behind by a daemon that has crashed.
 */
function isAbsent({ socketType }: ControlSocketConfig, reason: string): boolean {
  return reason.includes('No such file') || (socketType !== 'unix' && reason.includes('refused'))
}

function absentRemedy(service: string, reason: string): string {
  const compare = reason.includes('No such file') ? ', and compare the path with control-socket in its configuration' : ''
  return `start the daemon${compare}; where this host has none, remove "${service}" from control-sockets`
}

function remedyFor(reason: string, address: string): string {
  if (reason.includes('ermission denied')) return socketRemedy(address)
  if (reason.startsWith('Operation canceled')) return 'the daemon hangs or is busy: look at its log, and restart it if need be'
  if (reason.startsWith('Host not found')) return 'see what this machine finds with: getent hosts NAME; the address itself works too'
  if (reason.includes('refused')) return 'start the daemon: nothing listens there'
  return 'look at the log of the daemon'
}

interface Answer {
  readonly result: unknown
  readonly text: string
  readonly arguments: unknown
}

function read(answer: string): Answer {
  const map = parsed(answer)
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    return { result: null, text: 'it answers with something else than a map', arguments: null }
  }
  const text: unknown = 'text' in map ? map.text : ''
  return {
    result: 'result' in map ? map.result : null,
    text: typeof text === 'string' ? text : '',
    arguments: 'arguments' in map ? map.arguments : null,
  }
}

/** undefined: it is no JSON, as an answer with a number such as `1e+06.0` is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
