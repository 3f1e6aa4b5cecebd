// The settings of loggers. The configuration makes them; only this folder acts on them.

export type Severity = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL' | 'NONE'

export interface LoggerSettings {
  readonly name: string
  /** null: inherited. */
  readonly severity: Severity | null
  /** 0..99; meaningful with DEBUG only. */
  readonly debugLevel: number
  /** null: inherited. */
  readonly outputs: readonly OutputSettings[] | null
}

export interface OutputSettings {
  /** `stdout`, `stderr`, `syslog`, `syslog:FACILITY` or a file name, as written. */
  readonly output: string
  /** The file to write to, null for the other kinds. */
  readonly path: string | null
  readonly flush: boolean
  /** Bytes, as written; 0: never rotate. */
  readonly maxSize: number
  readonly maxVersions: number
  /** null: the default of the kind of output. */
  readonly pattern: string | null
  readonly format: 'pattern' | 'json'
}

/** Bytes, as in log4cplus: a file with a smaller `maxSize` is rotated at this size. */
export const minRotationSize = 204_800

/** The rotation of a file that several outputs share: the smallest of their sizes, the largest number of versions. */
export function sharedRotation(settings: readonly Pick<OutputSettings, 'maxSize' | 'maxVersions'>[]): {
  /** Bytes; 0: never. */
  readonly maxSize: number
  readonly maxVersions: number
} {
  let [size, versions] = [Infinity, 1]
  for (const { maxSize, maxVersions } of settings) {
    if (maxSize > 0) size = Math.min(size, maxSize)
    versions = Math.max(versions, maxVersions)
  }
  return { maxSize: size === Infinity ? 0 : Math.max(size, minRotationSize), maxVersions: versions }
}

/** An output with default settings. */
export function plainOutput(output: string): OutputSettings {
  const path = ['stdout', 'stderr'].includes(output) || isSyslog(output) ? null : output
  return { output, path, flush: true, maxSize: 0, maxVersions: 1, pattern: null, format: 'pattern' }
}

export function isSyslog(output: string): boolean {
  return output === 'syslog' || output.startsWith('syslog:')
}
