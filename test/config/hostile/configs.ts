// Two hundred configurations that try to make the agent work for as long as they can, each as large as the arguments of
// a command may be. The same seed makes the same ones.

import { circles, lists, names, references, roles, scattered } from './access.ts'
import type { Family, Places } from './family.ts'
import { largestArguments, Random } from './random.ts'
import { headers, loggers, modules, sockets, tls, users } from './surroundings.ts'
import { broken, long, issues, nesting, notes, repeated, small } from './texts.ts'

export interface HostileConfig {
  /** Of the family and the variant of it. */
  readonly name: string
  /** The arguments of `config-test` or `config-set`. */
  readonly text: string
}

const families: Readonly<Record<string, readonly [family: Family, share: number]>> = {
  names: [names, 12], scattered: [scattered, 8], roles: [roles, 14], lists: [lists, 16], references: [references, 12],
  circles: [circles, 6], sockets: [sockets, 24], users: [users, 22], loggers: [loggers, 10], headers: [headers, 8],
  modules: [modules, 10], tls: [tls, 6], nesting: [nesting, 6], repeated: [repeated, 9], long: [long, 12],
  small: [small, 6], broken: [broken, 8], issues: [issues, 6], notes: [notes, 5],
}

export function hostileConfigs(places: Places, seed: number): HostileConfig[] {
  const begin = `{"Control-agent":{"http-port":${places.port},`
  const bytes = largestArguments - begin.length - 2
  return Object.entries(families).flatMap(([name, [family, share]]) => {
    return Array.from({ length: share }, (_, variant) => {
      const random = new Random(seed * 1000 + variant)
      return { name: `${name} ${variant}`, text: `${begin}${family(random, bytes, variant, places)}}}` }
    })
  })
}
