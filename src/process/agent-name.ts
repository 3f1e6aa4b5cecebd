// The name of this process in the system's list, and the command lines of other processes.

import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'

/**
 * The name that the program was started by: that of the script, or of a link to it.
 * @param script `process.argv[1]`
 */
export function startedAs(script: string | undefined): string {
  return basename(script ?? 'keagate').replace(/\.[jt]s$/, '').replace(/^main$/, 'keagate')
}

/**
 * Sets the name of the process in the kernel's list, which otherwise says `node` or `MainThread`. `ps`, `pkill` and
 * Stork's agent go by this name, which the kernel cuts to 15 bytes. Not all systems can do this, and nothing in here
 * depends on it. Node's `process.title` will not do: it overwrites the arguments, which Stork reads too.
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
 * @returns null where there is no such process, where it has ended and only waits to be collected by its parent, or
 * where it belongs to another user and is hidden; `unknown` where the system has no /proc
 */
export function commandLine(pid: number): readonly string[] | 'unknown' | null {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return null
  }
  try {
    // Empty for a process that has ended and was not collected yet.
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter((word) => word !== '')
    return words.length === 0 ? null : words
  } catch {
    return systemHasProc() ? null : 'unknown'
  }
}

/**
 * The arguments of an agent, keagate or the one that it replaces.
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
