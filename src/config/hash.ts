// The fingerprint of a configuration: equal where two configurations do the same, different where they do not.

import { createHash, scryptSync } from 'node:crypto'
import type { MapNode } from '../json/node.ts'
import { nodeToPrintable, printCompact } from '../json/print.ts'
import { printHidden } from './hidden-parameters.ts'
import { printConfig } from './print.ts'
import type { AgentConfig } from './types.ts'

/** A configuration never changes, and its hash is asked for by everybody who polls. */
const known = new WeakMap<AgentConfig, string>()

/**
 * SHA-256, 64 upper-case hex digits; the same after a restart. It is for everybody who may read the configuration, so
 * passwords go into it through scrypt: whoever guesses at them from the hash pays some 40 ms for each guess, and has to
 * guess all of them at once.
 */
export function configHash(config: AgentConfig): string {
  const before = known.get(config)
  if (before !== undefined) return before
  const shown = createHash('sha256').update(printCompact(printConfig(config, { secrets: 'hidden' }))).digest()
  const hash = createHash('sha256').update(shown)
  const logins = [...config.controlSockets.values()].flatMap((socket) => (socket.socketType === 'unix' ? [] : socket.login ?? []))
  const clients = config.authentication?.clients ?? []
  const secrets = [
    ...[...clients, ...logins].map(({ user, password }) => [user, password]),
    ...clients.flatMap(({ user, hash }) => (hash === null ? [] : [[user, hash.text]])),
    ...config.hookModules.flatMap(({ parameters }) => (hasSecrets(parameters) ? [printCompact(nodeToPrintable(parameters))] : [])),
  ]
  if (secrets.length > 0) hash.update(scryptSync(JSON.stringify(secrets), shown, 32))
  const result = hash.digest('hex').toUpperCase()
  known.set(config, result)
  return result
}

function hasSecrets(parameters: MapNode | null): parameters is MapNode {
  return parameters !== null && printCompact(nodeToPrintable(parameters)) !== printCompact(printHidden(parameters))
}
