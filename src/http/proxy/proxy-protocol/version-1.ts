// Version 1 of the PROXY protocol: one line of text (proxy-protocol.txt section 2.1).

import { isIPv4, isIPv6 } from 'node:net'
import { canonicalAddress } from '../../../net/network.ts'
import type { ProxyHeader } from './header.ts'

/** Bytes of the longest line, with its end. */
const maxLine = 107

/** @param bytes begin with `PROXY ` */
export function parseVersion1(bytes: Buffer): ProxyHeader {
  const text = bytes.toString('latin1', 0, maxLine)
  const end = text.indexOf('\r\n')
  if (end < 0) {
    // A CR may be the first half of the line end.
    const stray = /[^\x20-\x7e]/.exec(text.endsWith('\r') ? text.slice(0, -1) : text)
    if (stray === null && bytes.length < maxLine) return { kind: 'incomplete' }
    return malformed(stray === null ? `the line is longer than ${maxLine} bytes` : 'the line does not end in CR LF')
  }
  const [, protocol = '', ...fields] = text.slice(0, end).split(' ')
  const size = end + 2
  // What follows this word must be ignored.
  if (protocol === 'UNKNOWN') return { kind: 'header', source: null, size }
  const isAddress = protocol === 'TCP4' ? isIPv4 : protocol === 'TCP6' ? isPlainIPv6 : null
  if (isAddress === null) return malformed('the protocol is none of TCP4, TCP6 and UNKNOWN')
  const [source = '', destination = '', sourcePort = '', destinationPort = '', ...rest] = fields
  const sound = isAddress(source) && isAddress(destination) && isPort(sourcePort) && isPort(destinationPort)
  if (!sound || rest.length > 0) return malformed(`${protocol} is not followed by two addresses and two ports`)
  return { kind: 'header', source: canonicalAddress(source), size }
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%')
}

/** Without leading zeros. */
function isPort(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535
}

function malformed(reason: string): ProxyHeader {
  return { kind: 'malformed', reason: `version 1 of the PROXY protocol: ${reason}` }
}
