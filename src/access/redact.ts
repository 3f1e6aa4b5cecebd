// Hides the secrets in an answer, or in the arguments of a command, and leaves every other byte as it came.

import { setImmediate } from 'node:timers/promises'
import type { RawJson } from '../json/raw.ts'
import { Redaction } from './redaction.ts'
import { kindInAnswer, kindInCommand } from './secret-key.ts'

/** Bytes that are worked on, in about a millisecond, before other work gets its turn. */
const stepSize = 256 * 1024

/** The longest text, in bytes, that is worked on without such turns. */
const smallText = 4 * stepSize

/**
 * Puts `"*****"` in the place of every value, of any type, whose key ends in `password`, `secret` or `password-hash`,
 * and of `key` in the maps of a `tsig-keys` list, at any depth. Keys are compared after their escapes are resolved and
 * without regard to letter case. The result holds views on the chunks of the text; without a secret it is the text
 * itself. A large text is worked on in turns with other work and must not be changed meanwhile.
 * @param text one valid JSON value, as the scanner lets it through
 */
export function redactSecrets(text: RawJson): RawJson | Promise<RawJson> {
  return redacted(text, new Redaction(text, kindInAnswer, false))
}

/**
 * The same for the arguments of a command, in which a secret may stand at a wrong place or have a wrong type. Hidden
 * too:
 * - everything in `authentication`, `clients` and `tsig-keys`, except scalars of a keyword that is known to be harmless
 *   there;
 * - maps and lists at `user`, `user-file`, `password-file` and `secret-file`, where a name has to be;
 * - scalars in the place of the arguments, the configuration of a program, `control-sockets`, `hooks-libraries` and
 *   `parameters`, where a map or list has to be: such a string may hold the map or list as text.
 *
 * A secret in the place of a name, in a free map or in a key cannot be told from what belongs there.
 * @param text the arguments: one valid JSON value, as the scanner lets it through
 */
export function redactCommand(text: RawJson): RawJson | Promise<RawJson> {
  return redacted(text, new Redaction(text, kindInCommand, true))
}

function redacted(text: RawJson, redaction: Redaction): RawJson | Promise<RawJson> {
  if (text.length > smallText) return inTurns(redaction)
  while (redaction.step(stepSize));
  return redaction.result()
}

async function inTurns(redaction: Redaction): Promise<RawJson> {
  while (redaction.step(stepSize)) await setImmediate()
  return redaction.result()
}
