// One hop of a request, as a proxy has written it into a header.

import { canonicalAddress } from '../../net/network.ts'

/** `unknown`: the proxy does not know the address or does not tell it; `malformed`: nothing that a proxy writes. */
export type ForwardedNode =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed' }

export const unknownNode: ForwardedNode = { kind: 'unknown' }
export const malformedNode: ForwardedNode = { kind: 'malformed' }

/** The word `unknown`, or a name that a proxy made up (RFC 7239 sections 6.2 and 6.3). */
const hidden = /^(?:unknown|_[A-Za-z0-9._-]+)$/i

/** A port, or the name that stands for one (RFC 7239 section 6). */
const port = '(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?'
const bracketed = new RegExp(`^\\[([0-9A-Fa-f:.]+)\\]${port}$`)
const withPort = new RegExp(`^([^:[\\]]+)${port}$`)

/**
 * An address, with or without a port; IPv6 in brackets (RFC 7239 section 6).
 * @param bareIPv6 whether IPv6 may stand without brackets, as it usually does in `X-Forwarded-For`
 */
export function readNode(text: string, bareIPv6: boolean): ForwardedNode {
  const inner = bracketed.exec(text)?.[1]
  if (inner !== undefined) return inner.includes(':') ? addressNode(inner) : malformedNode
  const name = withPort.exec(text)?.[1]
  if (name !== undefined) return hidden.test(name) ? unknownNode : addressNode(name)
  return bareIPv6 ? addressNode(text) : malformedNode
}

function addressNode(text: string): ForwardedNode {
  const address = canonicalAddress(text)
  return address === null ? malformedNode : { kind: 'address', address }
}
