// Turns file names of the configuration into paths, and limits what a name that came over the network may reach.

import { isAbsolute, resolve } from 'node:path'

export type PathKind = 'control-socket' | 'log-file' | 'hook-module'

export interface PathRules {
  /** Absolute; relative names with a folder in them start here. */
  readonly directory: string
  readonly env: NodeJS.ProcessEnv
  /** true: the name came over the network and path checks are on. */
  readonly restricted: boolean
  /** Paths of the same kind that are in use already; they may be named again. */
  readonly inUse: ReadonlySet<string>
}

export type PathOutcome =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly text: string; readonly remedy: string | null }

/** Debian's folders, and the environment variables that override them. */
const folders: Readonly<Record<PathKind, { readonly folder: string; readonly variable: string }>> = {
  'control-socket': { folder: '/run/kea', variable: 'KEA_CONTROL_SOCKET_DIR' },
  'log-file': { folder: '/var/log/kea', variable: 'KEA_LOG_FILE_DIR' },
  'hook-module': { folder: `/usr/lib/${multiarch()}kea/hooks`, variable: 'KEA_HOOKS_PATH' },
}

/**
 * The path of a control socket, log file or handler module. A bare name lies in the folder for its kind, as in Kea 3.
 * An absolute name is taken as it is, a relative one from the folder of the configuration file. What came over the
 * network must lie in the folder for its kind; as in Kea 3 its folder is compared letter by letter, so nothing like
 * `..` leads out.
 */
export function placePath(kind: PathKind, name: string, rules: PathRules): PathOutcome {
  const slash = name.lastIndexOf('/')
  const file = name.slice(slash + 1)
  if (name.includes('\0')) return refused('a file name cannot hold the character NUL', null)
  if (file === '' || file === '.' || file === '..') {
    return refused('the path names a folder, not a file', 'end it with the name of the file')
  }
  const folder = folderFor(kind, rules.env)
  if (slash < 0) return { ok: true, path: `${folder}/${name}` }
  const path = resolveFile(name, rules.directory)
  if (!rules.restricted || trimmed(name.slice(0, slash)) === folder || rules.inUse.has(path)) return { ok: true, path }
  return refused(
    `the path leads outside ${folder}, which is not allowed for what comes over the network`,
    'name a file in that folder, write it in the configuration file, or start the agent with -X',
  )
}

/**
 * The path of any other file (TLS, users, passwords): an absolute name is taken as it is, a relative one from the
 * folder of the configuration file. Kea starts from the working directory of the process, which a service manager
 * chooses.
 */
export function resolveFile(name: string, directory: string): string {
  return isAbsolute(name) ? name : resolve(directory, name)
}

/** The folder for a kind of file, without a slash at its end. */
export function folderFor(kind: PathKind, env: NodeJS.ProcessEnv): string {
  const { folder, variable } = folders[kind]
  const override = env[variable]
  return override === undefined || override === '' ? folder : trimmed(override)
}

/** The folder without slashes at its end. */
function trimmed(folder: string): string {
  let end = folder.length
  // No regular expression: one for slashes at the end would take forever for a client's megabyte of slashes.
  while (folder.charAt(end - 1) === '/') end--
  return folder.slice(0, end)
}

function refused(text: string, remedy: string | null): PathOutcome {
  return { ok: false, text, remedy }
}

/** The folder that Debian has for each kind of machine. */
function multiarch(): string {
  const machines = new Map([['x64', 'x86_64'], ['arm64', 'aarch64'], ['riscv64', 'riscv64']])
  const machine = machines.get(process.arch)
  return machine === undefined ? '' : `${machine}-linux-gnu/`
}
