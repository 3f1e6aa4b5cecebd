// Whether a daemon of Kea answers on this host, where Kea's packages put its control socket.

import { connect } from 'node:net'
import { folderFor } from '../config/resolve/paths.ts'
import { probeUnixSocket } from '../forward/probe.ts'
import { memberOf } from '../json/text/node.ts'
import { parseJson } from '../json/text/parser.ts'
import type { Service } from './sample-config.ts'

/** Milliseconds that a daemon has to answer with its version. */
const answerTimeout = 2000

/** Characters of an answer; a longer one is not read to its end. */
const maxAnswerSize = 64 * 1024

/** The names of the sockets in the configurations of Debian's and ISC's packages. */
const sockets: Readonly<Record<Service, string>> = {
  dhcp4: 'kea4-ctrl-socket',
  dhcp6: 'kea6-ctrl-socket',
  d2: 'kea-ddns-ctrl-socket',
}

export interface RealDaemon {
  readonly path: string
  readonly version: string
}

/**
 * Asks the daemon for its version. Never rejects.
 * @param env `KEA_CONTROL_SOCKET_DIR` names another folder than /run/kea
 * @returns the reason where none answers
 */
export async function findRealDaemon(service: Service, env: NodeJS.ProcessEnv): Promise<RealDaemon | string> {
  const path = `${folderFor('control-socket', env)}/${sockets[service]}`
  const reason = await probeUnixSocket(path)
  if (reason !== null) return `${path}: ${reason.replace(/;.*$/s, '')}`
  const version = await askVersion(path)
  return version === null ? `${path}: it does not say its version` : { path, version }
}

function askVersion(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    const timer = setTimeout(() => socket.destroy(), answerTimeout)
    let answer = ''
    socket.on('connect', () => socket.write('{ "command": "version-get" }'))
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
      if (answer.length > maxAnswerSize) socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(versionIn(answer))
    })
  })
}

function versionIn(answer: string): string | null {
  const { root, errors } = parseJson(answer, { dialect: 'command' })
  const text = root?.kind === 'map' && errors.length === 0 ? memberOf(root, 'text') : undefined
  return text?.kind === 'string' ? text.value : null
}
