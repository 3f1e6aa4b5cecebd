// By which name this process is known to the system, and what the system knows of another one.

import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'

/**
 * The name the program was started by: that of the script, which a link to it may change.
 * @param script `process.argv[1]`
 */
export function startedAs(script: string | undefined): string {
  return basename(script ?? 'keagate').replace(/\.[jt]s$/, '').replace(/^main$/, 'keagate')
}

/**
 * Gives the process its name in the kernel's list, which otherwise says `node` or `MainThread`; `ps`, `pkill` and
 * Stork's agent go by it. Cut to 15 bytes there. Not all systems can, and nothing depends on it.
 * Node's `process.title` is no way to it: it writes over the arguments, which Stork reads too.
 */
export function takeName(name: string): void {
  try {
    writeFileSync('/proc/self/comm', name)
  } catch {
    // Another system, or a container that hides it.
  }
}

/**
 * The words of a running process, its program first.
 * @returns null for no process, one that has ended and was only not collected yet, or one of another user that is
 * hidden; `unknown` where the system has no /proc
 */
export function commandLine(pid: number): readonly string[] | 'unknown' | null {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return null
  }
  try {
    // Empty for one that was not collected yet.
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter((word) => word !== '')
    return words.length === 0 ? null : words
  } catch {
    return systemHasProc() ? null : 'unknown'
  }
}

/**
 * The arguments of an agent, ours or the one it replaces.
 * @returns null when the words are not those of an agent
 */
export function agentArguments(words: readonly string[]): readonly string[] | null {
  // An interpreter and its options may come before the script.
  const program = words.slice(0, 4).findIndex((word) => ['keagate', 'kea-ctrl-agent'].includes(startedAs(word)))
  return program < 0 ? null : words.slice(program + 1)
}

function systemHasProc(): boolean {
  try {
    readFileSync('/proc/self/stat')
    return true
  } catch {
    return false
  }
}
