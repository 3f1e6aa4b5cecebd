// What a health check says: a word for the exit code, a sentence for whoever looks.

export interface Verdict {
  readonly healthy: boolean
  /** One sentence. */
  readonly text: string
}

export function healthy(text: string): Verdict {
  return { healthy: true, text }
}

export function unhealthy(text: string): Verdict {
  return { healthy: false, text }
}
