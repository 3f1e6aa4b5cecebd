// Some mistakes do not keep kea-ctrl-agent from starting. How the configuration came in decides for which of them a
// warning is enough.

/**
 * `none`: `-t`, `config-test` and doctor, which name every mistake. `in-force`: `config-set`, which may name again what
 * the configuration in force names. `all`: a start and a reload of the file.
 */
export type Tolerance = 'none' | 'in-force' | 'all'

/** @param inForce paths of the same kind in the configuration in force */
export function isTolerated(tolerance: Tolerance, path: string, inForce: ReadonlySet<string>): boolean {
  return tolerance === 'all' || (tolerance === 'in-force' && inForce.has(path))
}
