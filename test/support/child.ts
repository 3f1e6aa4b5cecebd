// External programs in tests: start one and wait for the line that says it is ready, or run one to its end.
// Nothing outlives the test process.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/** The part of tap's `t` that a fixture needs: it cleans up after itself and shows its output when a test failed. */
export interface Owner {
  teardown(step: () => unknown): void
  comment(...text: unknown[]): void
  passing(): boolean
}

export interface Child {
  readonly pid: number
  /** Everything written to stdout and stderr so far, in the order it came. */
  output(): string
  /** The exit code, null after a signal; resolves when the program has ended. */
  readonly exited: Promise<number | null>
  /** Resolves when the output matches; rejects with the output when the program ends first or `timeout` ms pass. */
  waitFor(marker: RegExp, timeout?: number): Promise<void>
  /** Sends the signal and waits for the end; after 10 s SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

const setpriv = '/usr/bin/setpriv'

/** Starts a program; it is stopped when the owner's test ends, and its last lines are shown if that test failed. */
export function startChild(
  owner: Owner,
  command: string,
  args: readonly string[],
  options: StartOptions = {},
): Child {
  const child = spawn(...dyingWithUs(command, args), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  let output = ''
  let ended = false
  const listeners = new Set<() => void>()
  const changed = (): void => listeners.forEach((listener) => listener())
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      changed()
    })
  }
  const exited = new Promise<number | null>((resolve) => {
    const end = (code: number | null): void => {
      ended = true
      resolve(code)
      changed()
    }
    child.once('close', end)
    child.once('error', (error) => {
      output += String(error)
      end(null)
    })
  })
  const waitFor = (marker: RegExp, timeout = 20_000): Promise<void> =>
    new Promise((resolve, reject) => {
      const finish = (problem: string | null): void => {
        clearTimeout(timer)
        listeners.delete(look)
        if (problem === null) resolve()
        else reject(new Error(`${command} ${problem} before ${String(marker)}:\n${output}`))
      }
      const timer = setTimeout(() => finish(`said nothing for ${timeout} ms`), timeout)
      const look = (): void => {
        if (marker.test(output)) finish(null)
        else if (ended) finish('ended')
      }
      listeners.add(look)
      look()
    })
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
    const code = await exited
    clearTimeout(timer)
    return code
  }
  owner.teardown(async () => {
    await stop()
    if (!owner.passing()) owner.comment(`${command} ${args.join(' ')}\n${lastLines(output, 60)}`)
  })
  return { pid: child.pid ?? -1, output: () => output, exited, waitFor, stop }
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions extends StartOptions {
  readonly input?: string
  /** Milliseconds until SIGKILL; 60,000 where nothing else is said. */
  readonly timeout?: number
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(...dyingWithUs(command, args), {
      env: { ...process.env, ...options.env },
      timeout: options.timeout ?? 60_000,
      killSignal: 'SIGKILL',
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
    // A program that ends without reading its input is judged by its exit code, not by the broken pipe.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}

/** A test that runs out of time is killed without a word; on Linux the kernel then ends what it had started. */
function dyingWithUs(command: string, args: readonly string[]): [string, string[]] {
  return existsSync(setpriv) ? [setpriv, ['--pdeathsig', 'KILL', command, ...args]] : [command, [...args]]
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
