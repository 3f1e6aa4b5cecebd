// Sends messages to systemd's notification socket. Node cannot open a Unix datagram socket, so `systemd-notify` sends
// each message. One small shell starts it; the shell lives as long as this process and reads messages from a pipe. To
// start `systemd-notify` from this process would copy the page tables of a large process, and no client is served
// meanwhile (80 ms with 600 MB). It would also fail when no descriptor is left, but the watchdog must be answered then
// too.

import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

type Shell = ChildProcessByStdio<Writable, null, Readable>

/**
 * Reads one message a line, its assignments separated by tabs. `systemd-notify` does not end before systemd has seen
 * the message, so that systemd can tell which service the sender belongs to.
 */
const script = `
set -f
tab=$(printf '\\t')
while IFS= read -r line; do IFS=$tab; systemd-notify $line; done`

export interface NotifyChannel {
  /** Never throws and does not block. @param assignments such as `READY=1` */
  send(assignments: readonly string[]): void
}

/**
 * @param env has NOTIFY_SOCKET, which `systemd-notify` reads
 * @param failing called with the reason of each failure
 */
export function openNotifyChannel(env: NodeJS.ProcessEnv, failing: (reason: string) => void): NotifyChannel {
  let shell: Shell | null = null
  const start = (): Shell => {
    // In a process group of its own, so that Ctrl-C does not end the shell: the last message is sent after Ctrl-C.
    const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'pipe'], detached: true, env })
    const ended = (reason: string): void => {
      if (shell !== child) return
      shell = null
      failing(reason)
    }
    child.stdin.on('error', () => undefined)
    // Line by line, because the shell's message about one failure may arrive in pieces.
    createInterface({ input: child.stderr, crlfDelay: Infinity }).on('line', (line) => {
      if (line.trim() !== '') failing(line.trim())
    })
    child.once('error', (error) => ended(error.message))
    child.once('exit', (code, signal) => ended(`/bin/sh ended with ${signal ?? `code ${code ?? 'unknown'}`}`))
    // Neither the shell nor its pipes, which are sockets to Node, keep this process alive.
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
