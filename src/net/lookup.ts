// Looks up the addresses of host names. The system's resolver (`getaddrinfo`) runs on the few threads of libuv that
// passwords and files need too, and may take half a minute when no name server answers.

import { lookup } from 'node:dns/promises'
import type { LookupAddress, LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** How many of libuv's four threads may look up names at a time. */
const maxLookups = 3

type Resolve = (name: string, options: LookupOptions) => Promise<LookupAddress | LookupAddress[]>

/**
 * A lookup for `net.connect` and `tls.connect`. At most {@link maxLookups} names are looked up at a time, and questions
 * for the same name at the same time share one answer. Nothing is cached: each new connection asks again. Node tries
 * the addresses as RFC 8305 has it.
 */
export function createLookup(resolve: Resolve = lookup): LookupFunction {
  const underWay = new Map<string, Promise<LookupAddress | LookupAddress[]>>()
  const waiting: (() => void)[] = []
  let active = 0
  const run = async (name: string, options: LookupOptions): Promise<LookupAddress | LookupAddress[]> => {
    if (active >= maxLookups) await new Promise<void>((start) => waiting.push(start))
    else active++
    try {
      return await resolve(name, options)
    } finally {
      // The next one takes over the slot: if it were free in between, a lookup that begins now could take it too.
      const next = waiting.shift()
      if (next === undefined) active--
      else next()
    }
  }
  return (name, options, callback) => {
    const key = JSON.stringify([name, options.family, options.hints, options.all])
    const answer = underWay.get(key) ?? run(name, options).finally(() => underWay.delete(key))
    underWay.set(key, answer)
    answer.then((found) => {
      if (Array.isArray(found)) callback(null, found)
      else callback(null, found.address, found.family)
    }, (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), '', 0))
  }
}

/** The lookup of the whole process, which has only one set of libuv's threads. */
export const lookupName = createLookup()

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i

/**
 * Whether a text can be the name of a host (RFC 1123 section 2.1, and the underscore, which names of containers have):
 * at most 253 characters, and a last label that is not all digits, because that would be a mistyped IPv4 address.
 */
export function isHostName(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.')
  return text.length <= 253 && labels.every((each) => label.test(each)) && !/^\d+$/.test(labels.at(-1) ?? '')
}
