// What can be set about a logger. The configuration builds these; only this folder acts on them.

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
  /** Bytes; 0: never rotate. */
  readonly maxSize: number
  readonly maxVersions: number
  /** null: the default. */
  readonly pattern: string | null
}
