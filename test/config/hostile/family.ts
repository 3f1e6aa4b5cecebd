// What makes one kind of hostile configuration.

import type { Random } from './random.ts'

export interface Places {
  /** Where the agent listens, so that it stays there. */
  readonly port: number
  /** A folder with `password`, `ca.pem`, `cert.pem`, `key.pem` and `module.mjs`. */
  readonly folder: string
}

/**
 * Members of the map `Control-agent`.
 * @param bytes how long the text may be
 * @param variant which form of it; any whole number of 0 or more
 */
export type Family = (random: Random, bytes: number, variant: number, places: Places) => string
