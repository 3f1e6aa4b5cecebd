// The exit code of `keagate ask`.

/** The outcomes that scripts can tell apart. */
export const exitCodes = {
  /** Every result is 0. */
  success: 0,
  /** An error of a daemon or of the agent, or words that cannot be understood. */
  failure: 1,
  /** The server could not be reached, refused the request, or sent no answer. */
  unanswered: 2,
  /** A result is 3, nothing found, and all others are 0 or 3. */
  empty: 3,
  /** SIGINT, as a shell counts it. */
  interrupted: 130,
} as const

/** @param results the result of each answer; null: the answer has none */
export function exitCodeOf(results: readonly (number | null)[]): number {
  if (results.length === 0) return exitCodes.failure
  if (results.every((result) => result === 0)) return exitCodes.success
  return results.every((result) => result === 0 || result === 3) ? exitCodes.empty : exitCodes.failure
}
