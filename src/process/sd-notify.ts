// The way to systemd's notification socket. Node cannot open a datagram socket, so `systemd-notify` sends each message,
// started by one small shell that lives as long as this process and reads from a pipe: a start from here would copy the
// page tables of a large process while no client is served (80 ms with 600 MB), and fail when no descriptor is left,
// which is when the watchdog must not.

import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

type Shell = ChildProcessByStdio<Writable, null, Readable>

/**
 * One message a line, its assignments between tabs. `systemd-notify` ends once systemd has seen the message, and so
 * knows whose it is.
 */
const script = `
set -f
tab=$(printf '\\t')
while IFS= read -r line; do IFS=$tab; systemd-notify $line; done`

export interface NotifyChannel {
  /** Never throws, and waits for nothing. @param assignments such as `READY=1` */
  send(assignments: readonly string[]): void
}

/**
 * @param env has NOTIFY_SOCKET, which `systemd-notify` reads
 * @param failing told what goes wrong, each time
 */
export function openNotifyChannel(env: NodeJS.ProcessEnv, failing: (reason: string) => void): NotifyChannel {
  let shell: Shell | null = null
  const start = (): Shell => {
    // Of its own process group: Ctrl-C is for us, and the last message comes after it.
    const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'pipe'], detached: true, env })
    const ended = (reason: string): void => {
      if (shell !== child) return
      shell = null
      failing(reason)
    }
    child.stdin.on('error', () => undefined)
    // By line: what the shell says of one failure may arrive in pieces.
    createInterface({ input: child.stderr, crlfDelay: Infinity }).on('line', (line) => {
      if (line.trim() !== '') failing(line.trim())
    })
    child.once('error', (error) => ended(error.message))
    child.once('exit', (code, signal) => ended(`/bin/sh ended with ${signal ?? `code ${code ?? 'unknown'}`}`))
    // It does not keep the process alive, nor do its pipes, which are sockets to Node.
    child.unref()
    for (const pipe of [child.stdin, child.stderr]) if (pipe instanceof Socket) pipe.unref()
    return child
  }
  return {
    send: (assignments) => {
      try {
        shell ??= start()
        shell.stdin.write(`${assignments.map(oneLine).join('\t')}\n`)
      } catch (error) {
        failing(error instanceof Error ? error.message : String(error))
      }
    },
  }
}

function oneLine(assignment: string): string {
  return assignment.replace(/[\x00-\x1f\x7f]+/g, ' ')
}
