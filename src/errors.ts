// The base of every error that keagate throws, and the closed list of their codes.

/** Stable codes that tell the kinds of errors apart. */
export type ErrorCode =
  | 'CONFIG_UNREADABLE'
  | 'CONFIG_INVALID'
  | 'CONFIG_UNWRITABLE'
  | 'TLS_UNUSABLE'
  | 'LISTEN_FAILED'
  | 'HOOK_UNUSABLE'
  | 'TOO_BUSY'
  | 'CERTS_USAGE'
  | 'CLIENT_FAILED'
  | 'CLIENT_USAGE'
  | 'CERTS_REFUSED'
  | 'ALREADY_RUNNING'
  | 'PID_FILE'

export interface KeagateErrorOptions {
  /** What the operator can do about it, as a sentence. */
  readonly remedy?: string
  /** JSON pointer of the keyword in the configuration that the error is about, such as `/Control-agent/http-port`. */
  readonly at?: string
  readonly cause?: unknown
}

/** An error with a stable code, a sentence that says what and where, and the remedy where there is one. */
export class KeagateError extends Error {
  readonly code: ErrorCode
  readonly remedy: string | null
  /**
   * JSON pointer of the keyword, or null. The code that has the configuration's text turns it into a position there.
   */
  readonly at: string | null

  constructor(code: ErrorCode, message: string, options: KeagateErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'KeagateError'
    this.code = code
    this.remedy = options.remedy ?? null
    this.at = options.at ?? null
  }
}

/** The one-line form for people: the sentence, then the remedy. Works for anything that was thrown. */
export function describeError(error: unknown): string {
  if (error instanceof KeagateError) return error.remedy === null ? error.message : `${error.message}; ${error.remedy}`
  return error instanceof Error ? error.message : String(error)
}

/** The message of a failed system call, without the code before it and without the call and the file after it. */
export function systemText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/^[A-Z0-9]+: /, '').replace(/, .*$/s, '')
}

/** The system's code behind an error, such as `EADDRINUSE`; null where no system call failed. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if (!(error instanceof KeagateError) && 'code' in error && typeof error.code === 'string') return error.code
  return systemCode(error.cause)
}

/** The same error with the keyword of the configuration that it is about. @param at JSON pointer */
export function forKeyword(error: KeagateError, at: string): KeagateError
export function forKeyword(error: unknown, at: string): unknown
export function forKeyword(error: unknown, at: string): unknown {
  if (!(error instanceof KeagateError)) return error
  const { code, message, remedy } = error
  return new KeagateError(code, message, { at, cause: error, ...(remedy === null ? {} : { remedy }) })
}
