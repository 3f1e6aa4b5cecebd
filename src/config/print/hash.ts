// The fingerprint of a configuration: equal where two configurations do the same, different where they do not.

import { createHash, scrypt } from 'node:crypto'
import type { MapNode } from '../../json/text/node.ts'
import { nodeToPrintable, printCompact } from '../../json/text/print.ts'
import { printMasked } from './masked-parameters.ts'
import { printConfig } from './print.ts'
import type { AgentConfig } from '../types.ts'

/** Hashes made so far. A configuration never changes, and every client that polls asks for its hash. */
const known = new WeakMap<AgentConfig, Promise<string>>()

/**
 * SHA-256, 64 upper-case hex digits; the same after a restart. Any client that may read the configuration gets it, so
 * passwords go into it through scrypt: each guess at them from the hash costs some 40 ms and has to be right for all
 * of them at once. scrypt runs in another thread.
 */
export function configHash(config: AgentConfig): Promise<string> {
  const hash = known.get(config) ?? computeHash(config)
  known.set(config, hash)
  return hash
}

async function computeHash(config: AgentConfig): Promise<string> {
  const shown = createHash('sha256').update(printCompact(printConfig(config, { secrets: 'hidden' }))).digest()
  const hash = createHash('sha256').update(shown)
  const secrets = secretsOf(config)
  if (secrets.length > 0) hash.update(await derive(JSON.stringify(secrets), shown))
  return hash.digest('hex').toUpperCase()
}

function secretsOf({
  controlSockets,
  authentication,
  hookModules,
}: AgentConfig): readonly (string | readonly string[])[] {
  const logins = [...controlSockets.values()].flatMap((socket) =>
    socket.socketType === 'unix' ? [] : (socket.login ?? []),
  )
  const clients = authentication?.clients ?? []
  return [
    ...[...clients, ...logins].map(({ user, password }) => [user, password]),
    ...clients.flatMap(({ user, hash }) => (hash === null ? [] : [[user, hash.text]])),
    ...hookModules.flatMap(({ parameters }) =>
      hasSecrets(parameters) ? [printCompact(nodeToPrintable(parameters))] : [],
    ),
  ]
}

function derive(secrets: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secrets, salt, 32, (error, key) => (error === null ? resolve(key) : reject(error)))
  })
}

function hasSecrets(parameters: MapNode | null): parameters is MapNode {
  return parameters !== null && printCompact(nodeToPrintable(parameters)) !== printCompact(printMasked(parameters))
}
