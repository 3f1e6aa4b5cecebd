// The PID file. keactrl and init scripts find the agent by it, and it keeps a second agent from running with the same
// configuration. A file that was left behind never blocks a start, even if its number belongs to another program by
// now.

import {
  accessSync, constants, existsSync, linkSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ownUser } from '../account.ts'
import { KeagateError } from '../errors.ts'
import { agentArguments, commandLine } from './agent-name.ts'

/** The folder in Debian's and ISC's packages. */
const defaultDirectory = '/run/kea'

/** The mode that the systemd units give the folder. */
const folderMode = 0o750

/** How often a start tries again when another start takes the file at the same moment. */
const maxAttempts = 20

/**
 * `<dir>/<config file name without last extension>.kea-ctrl-agent.pid`, where keactrl looks for it.
 * @param env `KEA_PIDFILE_DIR` may name another folder than /run/kea
 */
export function pidFilePath(configFile: string, env: NodeJS.ProcessEnv): string {
  return join(pidFolder(env), pidFileName(configFile))
}

/** The number of the agent that runs with this PID file; null where none does, or the file cannot be read. */
export function runningAgent(path: string): number | null {
  try {
    const pid = Number(contentOf(path) ?? '')
    return Number.isInteger(pid) && pid > 0 && runsWith(pid, path) ? pid : null
  } catch {
    return null
  }
}

/** Whether this user may write to the folder of PID files. A machine that never had Kea lacks the default one. */
export function pidFolderIsUsable(env: NodeJS.ProcessEnv): boolean {
  try {
    accessSync(pidFolder(env), constants.W_OK)
    return true
  } catch {
    return false
  }
}

function pidFolder(env: NodeJS.ProcessEnv): string {
  const named = env['KEA_PIDFILE_DIR'] ?? ''
  return named === '' ? defaultDirectory : named
}

function pidFileName(configFile: string): string {
  return `${basename(configFile).replace(/\.[^.]*$/, '')}.kea-ctrl-agent.pid`
}

export class PidFile {
  readonly path: string
  readonly #pid: number

  private constructor(path: string, pid: number) {
    this.path = path
    this.#pid = pid
  }

  /**
   * Writes the file with mode 0640. It appears whole or not at all.
   * @param pid of this process
   * @throws KeagateError ALREADY_RUNNING when an agent runs with it, PID_FILE when it cannot be read or written
   */
  static create(path: string, pid: number = process.pid): PidFile {
    const draft = `${path}.${pid}`
    writeDraft(draft, path, pid)
    try {
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        if (linked(draft, path)) return new PidFile(path, pid)
        removeStale(path, pid)
      }
    } catch (error) {
      throw error instanceof KeagateError ? error : unusable(path, error)
    } finally {
      rmSync(draft, { force: true })
    }
    throw new KeagateError('PID_FILE', `PID file ${path} is being replaced again and again`, {
      remedy: 'start one agent with this configuration, not several',
    })
  }

  /**
   * Writes the file again if it is gone, and its folder too: `/run/kea` may have been wiped. The file of another
   * process is left alone.
   * @throws KeagateError PID_FILE when it cannot be written
   */
  restore(): void {
    try {
      if (contentOf(this.path) !== null) return
      const folder = dirname(this.path)
      if (!existsSync(folder)) mkdirSync(folder, folderMode)
    } catch (error) {
      throw unusable(this.path, error)
    }
    PidFile.create(this.path, this.#pid)
  }

  /** Removes the file unless it belongs to another process by now. Never throws. */
  remove(): void {
    try {
      if (contentOf(this.path)?.trim() === String(this.#pid)) unlinkSync(this.path)
    } catch {
      // Gone already, or its folder is.
    }
  }
}

function writeDraft(draft: string, path: string, pid: number): void {
  try {
    // A file that lies there was left behind, or is a link of another user: it must not be written to.
    rmSync(draft, { force: true })
    writeFileSync(draft, `${pid}\n`, { mode: 0o640, flag: 'wx' })
  } catch (error) {
    throw unusable(path, error)
  }
}

/** Gives the draft the name of the PID file if that is free. Of several processes, only one succeeds in this step. */
function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Removes the file if no process runs with it. Several processes may do this at once. */
function removeStale(path: string, pid: number): void {
  const content = contentOf(path)
  if (content === null) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return
    throw new KeagateError('PID_FILE', `PID file ${path} is a link that leads nowhere`, { remedy: 'remove it' })
  }
  const other = /^\s*([0-9]{1,10})\s*$/.exec(content)?.[1]
  if (other === undefined || Number(other) === 0) {
    throw new KeagateError('PID_FILE', `PID file ${path} holds no process number`, {
      remedy: 'remove it if no agent runs with it',
    })
  }
  // The own number: the file was left behind in a container, where each start gets the same number.
  if (Number(other) !== pid && runsWith(Number(other), path)) {
    throw new KeagateError('ALREADY_RUNNING', `process ${other} of PID file ${path} runs already`, {
      remedy: `stop it first, with: kill ${other}`,
    })
  }
  // Renamed and read again before it is removed, because another start may have put its own file there meanwhile.
  const aside = `${path}.${pid}.stale`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  if (contentOf(aside) !== content) linked(aside, path)
  unlinkSync(aside)
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Whether the process is an agent whose configuration file leads to this PID file. */
function runsWith(pid: number, path: string): boolean {
  const words = commandLine(pid)
  if (words === null || words === 'unknown') return words === 'unknown'
  const given = agentArguments(words) ?? []
  return given.some((word) => pidFileName(word.replace(/^-[dX]*c/, '')) === basename(path))
}

function unusable(path: string, cause: unknown): KeagateError {
  const remedies: Readonly<Record<string, string>> = {
    ENOENT: 'create its folder, or name another one in the environment variable KEA_PIDFILE_DIR',
    EISDIR: 'remove the folder that bears its name',
    ENOTDIR: 'name a folder in the environment variable KEA_PIDFILE_DIR',
    EACCES: `let ${ownUser()} write there, or name another folder in KEA_PIDFILE_DIR`,
    EROFS: 'name a folder that can be written in KEA_PIDFILE_DIR',
  }
  const reason = cause instanceof Error ? cause.message : String(cause)
  const remedy = remedies[codeOf(cause) ?? ''] ?? 'name another folder in the environment variable KEA_PIDFILE_DIR'
  return new KeagateError('PID_FILE', `PID file ${path} cannot be used: ${reason}`, { remedy, cause })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
