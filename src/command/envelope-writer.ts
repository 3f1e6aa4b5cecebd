// Writes the envelope that goes to a daemon. Nothing of the client's own envelope is in it, but the arguments are.

import { printCompact } from '../json/print.ts'
import type { RawJson } from '../json/raw.ts'
import { joinRaw, rawJson } from '../json/raw.ts'
import { respellWideEscapes } from '../json/wide-escapes.ts'
import type { Command } from './handler.ts'

/**
 * The arguments are the exact bytes received, not copied; strings that Kea could not read are the one exception, see
 * `respellWideEscapes`. Only for them, and only where they are large, a promise is returned.
 * @param services what the daemon is told as `service`
 */
export function writeEnvelope(command: Command, services: readonly string[]): RawJson | Promise<RawJson> {
  const { name, caller, arguments: args } = command
  const members = [
    `"command": ${printCompact(name)}`,
    `"service": ${printCompact(services)}`,
    `"remote-address": ${printCompact(caller.remoteAddress)}`,
  ].join(', ')
  if (args === null) return rawJson(`{ ${members} }`)
  const open = rawJson(`{ ${members}, "arguments": `)
  const around = (spelled: RawJson): RawJson => joinRaw([open, spelled, close])
  const spelled = args.wideEscapes === false ? args : respellWideEscapes(args)
  return spelled instanceof Promise ? spelled.then(around) : around(spelled)
}

const close = rawJson(' }')
