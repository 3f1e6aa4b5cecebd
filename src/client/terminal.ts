// Asks for a password at the terminal, and lets Ctrl-C stop work.

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream
}

/**
 * Asks for a password. Nothing of what is typed is shown.
 * @returns null: there was no answer
 */
export async function askSecret({ stdin, stderr }: TerminalStreams, prompt: string): Promise<string | null> {
  // Few calls ask for a password, and each would load it.
  const { createInterface } = await import('node:readline')
  // With a terminal but no output, readline switches the echo off and prints nothing itself.
  const lines = createInterface({ input: stdin, terminal: true, historySize: 0 })
  lines.on('SIGINT', () => lines.close())
  stderr.write(prompt)
  let typed: string | null = null
  for await (const line of lines) {
    typed = line
    break
  }
  lines.close()
  stderr.write('\n')
  return typed
}

/** Runs work that Ctrl-C stops. A second Ctrl-C ends the process, as it does by default. */
export async function untilInterrupted<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  process.once('SIGINT', stop)
  try {
    return await work(controller.signal)
  } finally {
    process.removeListener('SIGINT', stop)
  }
}
