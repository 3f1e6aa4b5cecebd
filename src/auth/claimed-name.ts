// The name that a login claims, as text for log and audit. The sender may be another user, or none.

import { isUtf8 } from 'node:buffer'
import { shorten } from '../log/escape.ts'

/** UTF-16 units; a longer name is cut and marked. */
const maxLength = 256

/** @param name the bytes before the colon of the credentials; those that are not UTF-8 are read as Latin-1 */
export function claimedName(name: Uint8Array): string {
  return shorten(Buffer.from(name).toString(isUtf8(name) ? 'utf8' : 'latin1'), maxLength)
}
