// The exit code of a question.

/** What scripts tell apart. */
export const exitCodes = {
  /** Every result is 0. */
  success: 0,
  /** An error of a daemon or of the agent, or words that cannot be understood. */
  failure: 1,
  /** Nothing could be asked, or no answer came. */
  unanswered: 2,
  /** Nothing was found, and nothing is worse. */
  empty: 3,
  /** SIGINT, as a shell counts it. */
  interrupted: 130,
} as const

/** @param results one of each answer; null: it has none */
export function exitCodeOf(results: readonly (number | null)[]): number {
  if (results.length === 0) return exitCodes.failure
  if (results.every((result) => result === 0)) return exitCodes.success
  return results.every((result) => result === 0 || result === 3) ? exitCodes.empty : exitCodes.failure
}
