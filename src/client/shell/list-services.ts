// The services and service groups that an agent says it has.

import { memberOf } from '../../json/text/node.ts'
import type { JsonNode } from '../../json/text/node.ts'
import type { Door } from '../door.ts'
import { inquire, isWord } from './inquiry.ts'

/**
 * Of its configuration; where this user may not read that, the services of its status. Empty where neither can be had,
 * and for a daemon at its own socket, which has no services.
 */
export async function servicesOf(door: Door): Promise<readonly string[]> {
  if ('socketPath' in door.target) return []
  const configured = namesIn(await inquire(door, 'config-get', []))
  return configured.length > 0 ? configured : namesInStatus(await inquire(door, 'status-get', []))
}

function namesIn(config: JsonNode | undefined): readonly string[] {
  const agent = member(config, 'Control-agent')
  return [...keysOf(member(agent, 'control-sockets')), ...keysOf(member(agent, 'service-groups'))].filter(isWord)
}

function namesInStatus(status: JsonNode | undefined): readonly string[] {
  const daemons = member(status, 'daemons')
  return (daemons?.kind === 'list' ? daemons.items : []).flatMap((daemon) => {
    const name = member(daemon, 'service')
    return name?.kind === 'string' && isWord(name.value) ? [name.value] : []
  })
}

function member(value: JsonNode | undefined, key: string): JsonNode | undefined {
  return value?.kind === 'map' ? memberOf(value, key) : undefined
}

function keysOf(value: JsonNode | undefined): readonly string[] {
  return value?.kind === 'map' ? value.members.map(({ key }) => key) : []
}
