// What a health check says: a word for the exit code, a sentence for people.

export interface Verdict {
  /** `unknown`: the question cannot be answered with this configuration. */
  readonly state: 'healthy' | 'unhealthy' | 'unknown'
  /** One sentence. */
  readonly text: string
}

export function healthy(text: string): Verdict {
  return { state: 'healthy', text }
}

export function unhealthy(text: string): Verdict {
  return { state: 'unhealthy', text }
}

export function unknown(text: string): Verdict {
  return { state: 'unknown', text }
}
