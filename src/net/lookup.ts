// The addresses of host names. The system's resolver (`getaddrinfo`) works on the few threads that passwords and files
// need, too, and may take half a minute where no name server answers.

import { lookup } from 'node:dns/promises'
import type { LookupAddress, LookupOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** Of libuv's four threads. */
const maxLookups = 3

type Resolve = (name: string, options: LookupOptions) => Promise<LookupAddress | LookupAddress[]>

/**
 * A lookup for `net.connect` and `tls.connect`: of any number of names few are looked up at a time, and questions for
 * one name share the answer. Nothing is kept: each new connection asks again (RFC 8305, which Node follows, tries the
 * addresses).
 */
export function createLookup(resolve: Resolve = lookup): LookupFunction {
  const underWay = new Map<string, Promise<LookupAddress | LookupAddress[]>>()
  const waiting: (() => void)[] = []
  let active = 0
  const run = async (name: string, options: LookupOptions): Promise<LookupAddress | LookupAddress[]> => {
    if (active >= maxLookups) await new Promise<void>((start) => waiting.push(start))
    active++
    try {
      return await resolve(name, options)
    } finally {
      active--
      waiting.shift()?.()
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

/** One for the process: its threads are. */
export const lookupName = createLookup()

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i

/**
 * Whether a text can be the name of a host (RFC 1123 section 2.1, and the underscore, which names of containers have):
 * at most 253 characters, a last label that is not all digits, as an address that is written wrongly would be.
 */
export function isHostName(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.')
  return text.length <= 253 && labels.every((each) => label.test(each)) && !/^\d+$/.test(labels.at(-1) ?? '')
}
