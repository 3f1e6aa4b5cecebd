// Writes the envelope that goes to a daemon. Of the client's own envelope, only the bytes of the arguments go into it.

import { printCompact } from '../json/text/print.ts'
import type { RawJson } from '../json/raw.ts'
import { joinRaw, rawJson } from '../json/raw.ts'
import { transcodeUnicodeEscapes } from '../json/transform/unicode-escapes.ts'
import type { Command } from './handler.ts'

/**
 * The command with arguments that Kea can read: those received, or a copy of them where a string holds escapes that
 * Kea refuses, see {@link transcodeUnicodeEscapes}. Returns a promise only when large arguments are copied.
 */
export function withReadableArguments(command: Command): Command | Promise<Command> {
  const { arguments: args } = command
  if (args === null || args.wideEscapes === false) return command
  const spelled = transcodeUnicodeEscapes(args)
  const withArguments = (readable: RawJson): Command => ({ ...command, arguments: readable })
  return spelled instanceof Promise ? spelled.then(withArguments) : withArguments(spelled)
}

/**
 * The bytes of the arguments are used as they are, without a copy.
 * @param services the value of `service` in the envelope; null: the envelope has no such member
 */
export function writeEnvelope(command: Command, services: readonly string[] | null): RawJson {
  const { name, caller, arguments: args } = command
  const members = [
    `"command": ${printCompact(name)}`,
    ...(services === null ? [] : [`"service": ${printCompact(services)}`]),
    `"remote-address": ${printCompact(caller.remoteAddress)}`,
  ].join(', ')
  return args === null ? rawJson(`{ ${members} }`) : joinRaw([rawJson(`{ ${members}, "arguments": `), args, close])
}

const close = rawJson(' }')
