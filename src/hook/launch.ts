// Starts the process of a handler module. It inherits nothing from the agent but what is named here.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { sourceRoot } from '../install-dir.ts'
import { maxHeap } from './bounds.ts'

/**
 * A small shell stays between the agent and Node.js. A process learns of the end of its parent only by reading from it,
 * which a module in an endless loop does not do. The shell reads from descriptor 4 until the agent ends the stream or
 * is gone, for whatever reason. Then it kills Node.js and everything that this has started. To the same descriptor it
 * writes the process id at the start, and the exit status at the end. Node.js gets standard output, standard error and,
 * as descriptor 3, the channel. If a module takes too much memory, the kernel writes no core dump, and ends the module
 * rather than the agent.
 */
const supervisor = `
trap '' HUP INT TERM PIPE
ulimit -c 0 2>/dev/null
{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
"$@" 4>&- &
echo $! >&4
exec <&- >&- 2>&- 3>&-
read -r end <&4
kill -9 $!
wait $!
echo $? >&4
kill -9 0`

const flags = [
  `--max-old-space-size=${maxHeap}`,
  // Less memory for short-lived objects, and one thread instead of four for V8's own work, so that several modules fit
  // beside the agent.
  '--max-semi-space-size=4',
  '--v8-pool-size=1',
]

/**
 * Variables of the agent that modules do not get: options for its own Node.js, and what the service manager tells only
 * the agent.
 */
const privateVariables = [
  'NODE_OPTIONS', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'NODE_UNIQUE_ID', 'NODE_V8_COVERAGE',
  'NODE_DEBUG', 'NODE_DEBUG_NATIVE', 'NODE_INSPECT_RESUME_ON_START', 'NODE_REPL_EXTERNAL_MODULE',
  'NOTIFY_SOCKET', 'WATCHDOG_PID', 'WATCHDOG_USEC', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PID',
  'INVOCATION_ID', 'JOURNAL_STREAM', 'MAINPID', 'MANAGERPID',
]

/** The program of the process: always the built one, as Node.js 20 cannot run TypeScript. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/hook/child/run-module.mjs' : 'hook/child/run-module.mjs',
  sourceRoot,
)

export interface LaunchedModule {
  readonly process: ChildProcess
  /** Carries the frames in both directions. */
  readonly channel: Socket
  /** Ending this stream ends the process. From it come the process id and the exit status, one line each. */
  readonly lifeline: Socket
  readonly stdout: Socket
  readonly stderr: Socket
}

/**
 * @param path of the module, shown in the list of processes
 * @throws Error when there are no descriptors for the pipes
 */
export function launchModule(path: string, env: NodeJS.ProcessEnv = process.env): LaunchedModule {
  const words = [process.execPath, ...flags, fileURLToPath(program), path]
  const child = spawn('/bin/sh', ['-c', supervisor, 'sh', ...words], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    // A session of its own: Ctrl-C is for the agent, which lets commands end first.
    detached: true,
    env: childEnvironment(env),
  })
  // Declared as always there, but missing where descriptors have run out.
  const [, stdout, stderr, channel, lifeline] = (child.stdio as ChildProcess['stdio'] | undefined) ?? []
  if (!isSocket(stdout) || !isSocket(stderr) || !isSocket(channel) || !isSocket(lifeline)) {
    // The event with the cause comes later, too late for the error thrown here.
    child.on('error', () => undefined)
    throw new Error('the system has no descriptors for its pipes')
  }
  return { process: child, channel, lifeline, stdout, stderr }
}

/** The agent's environment as a module gets it. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !privateVariables.includes(name)))
}

function isSocket(stream: unknown): stream is Socket {
  return stream instanceof Socket
}
