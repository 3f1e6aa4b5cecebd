// Which version of the PROXY protocol a connection begins with, and what its header says.

import type { ProxyHeader } from './header.ts'
import { parseVersion1 } from './version-1.ts'
import { parseVersion2, signature } from './version-2.ts'

const version1 = Buffer.from('PROXY ', 'latin1')

/** @param bytes everything that has come on the connection so far */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsLike(bytes, signature)) return bytes.length < signature.length ? { kind: 'incomplete' } : parseVersion2(bytes)
  if (startsLike(bytes, version1)) return bytes.length < version1.length ? { kind: 'incomplete' } : parseVersion1(bytes)
  return { kind: 'malformed', reason: 'the connection does not begin with a header of the PROXY protocol' }
}

/** Whether the bytes begin with these, as far as there are any. */
function startsLike(bytes: Buffer, beginning: Buffer): boolean {
  const length = Math.min(bytes.length, beginning.length)
  return bytes.compare(beginning, 0, length, 0, length) === 0
}
