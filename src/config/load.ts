// Turns a path or a text into a typed configuration, or reports every mistake. The only reader of configuration files.

import { dirname, resolve } from 'node:path'
import { KeagateError } from '../errors.ts'
import { IncludeError, sourceWork, textSource } from '../json/text/source.ts'
import type { Source } from '../json/text/source.ts'
import type { LineColumn } from '../json/text/line-map.ts'
import type { JsonNode } from '../json/text/node.ts'
import type { Dialect } from '../json/text/parser.ts'
import { Diagnostics } from './parse/diagnostics.ts'
import { atOnce, inSlices } from '../in-slices.ts'
import type { Sliced } from '../in-slices.ts'
import { ConfigError } from './parse/issue.ts'
import type { ConfigWarning, ConfigIssue } from './parse/issue.ts'
import { validateRbacParameters } from './resolve/rbac-library.ts'
import type { ResolveRules } from './resolve/resolve.ts'
import type { Tolerance } from './tolerance.ts'
import { resolveConfig } from './resolve/resolve.ts'
import { parseConfig, withoutHash } from './parse/syntax.ts'
import type { AgentConfig } from './types.ts'
import { nodeOnTheWay } from './node-at.ts'
import { validateConfig } from './schema/validate.ts'

export interface ConfigOptions {
  readonly env: NodeJS.ProcessEnv
  /** false: the agent was started with `-X`, so a configuration that comes over the network may name any path. */
  readonly pathChecks: boolean
  /** Which mistakes are warnings only; `none` when left out. */
  readonly tolerance?: Tolerance
}

export interface CommandOptions extends ConfigOptions {
  readonly dialect: 'command'
  /** The configuration in force; what it uses may be named again. */
  readonly current: AgentConfig | null
  /** Where the text begins in the larger text that its sender knows, so that mistakes have their places in that. */
  readonly begin?: LineColumn
}

export interface LoadedConfig {
  readonly config: AgentConfig
  /** In the order of the text. */
  readonly warnings: readonly ConfigWarning[]
  /**
   * Where the value of a keyword stands, or else the innermost value around it. For mistakes that show only when the
   * file or address that the keyword names is opened.
   * @param path JSON pointer, such as `/Control-agent/http-port`
   */
  place(path: string): Pick<ConfigIssue, 'file' | 'line' | 'column'>
}

/** A configuration as far as it could be read. */
export type ExaminedConfig =
  | { readonly error: null; readonly loaded: LoadedConfig }
  /** With mistakes, `loaded` is only good for finding more of them; null: not even for that. */
  | { readonly error: KeagateError; readonly loaded: LoadedConfig | null }

/**
 * Reads a configuration file. It may name any path.
 * @throws ConfigError with the mistakes; the code is CONFIG_UNREADABLE where a file could not be read or none is named
 */
export function loadConfigFile(file: string, options: ConfigOptions): LoadedConfig {
  return atOnce(fileWork(file, options))
}

/** Reads a configuration file for a check that goes on after mistakes. */
export function examineConfigFile(file: string, options: ConfigOptions): ExaminedConfig {
  try {
    return atOnce(examineWork(file, options))
  } catch (error) {
    if (error instanceof KeagateError) return { error, loaded: null }
    throw error
  }
}

/** The same in slices, so that clients are served meanwhile. */
export function loadConfigFileInSlices(file: string, options: ConfigOptions): Promise<LoadedConfig> {
  return inSlices(fileWork(file, options))
}

/**
 * Reads the arguments of `config-set` and `config-test`. Relative file names start where those of the configuration in
 * force do.
 * @param name what mistakes give as their file
 * @throws ConfigError with the mistakes
 */
export function loadConfigText(name: string, text: string, options: CommandOptions): LoadedConfig {
  return atOnce(textWork(name, text, options))
}

/** The same in slices, so that clients are served meanwhile. */
export function loadConfigTextInSlices(name: string, text: string, options: CommandOptions): Promise<LoadedConfig> {
  return inSlices(textWork(name, text, options))
}

function* fileWork(file: string, options: ConfigOptions): Sliced<LoadedConfig> {
  const { error, loaded } = yield* examineWork(file, options)
  if (error !== null) throw error
  return loaded
}

function* examineWork(file: string, { env, tolerance = 'none' }: ConfigOptions): Sliced<ExaminedConfig> {
  const { source, warnings: ofReading, files } = yield* readSource(file)
  const directory = dirname(resolve(file))
  const sourceFiles = files.map((name) => resolve(name))
  const rules = { directory, env, restricted: false, current: null, hiddenPasswords: false, sourceFiles, tolerance }
  const { error, loaded } = yield* examine(source, 'file', rules)
  const warnings = [...ofReading.map((text) => readingWarning(file, text)), ...(loaded?.warnings ?? [])]
  if (error === null) return { error, loaded: { ...loaded, warnings } }
  return { error, loaded: loaded && { ...loaded, warnings } }
}

function* textWork(name: string, text: string, options: CommandOptions): Sliced<LoadedConfig> {
  const { env, pathChecks, dialect, current, begin, tolerance = 'none' } = options
  const directory = current?.directory ?? process.cwd()
  const rules = {
    directory, env, restricted: pathChecks, current, hiddenPasswords: true, sourceFiles: null, tolerance,
  }
  return yield* load(textSource(name, text, begin), dialect, rules)
}

function* load(source: Source, dialect: Dialect, rules: ResolveRules): Sliced<LoadedConfig> {
  const { error, loaded } = yield* examine(source, dialect, rules)
  if (error !== null) throw error
  return loaded
}

function* examine(source: Source, dialect: Dialect, rules: ResolveRules): Sliced<ExaminedConfig> {
  const diagnostics = new Diagnostics(source)
  const parsed = yield* parseConfig(source.text, dialect, diagnostics)
  const root = dialect === 'command' && parsed?.kind === 'map' ? withoutHash(parsed) : parsed
  if (root !== null) yield* validateConfig(root, diagnostics)
  if (root !== null) yield* validateRbacParameters(root, diagnostics)
  const config = root?.kind === 'map' ? yield* resolveConfig(root, rules, diagnostics) : null
  const warnings = yield* diagnostics.warnings()
  const loaded = config && { config, warnings, place: (path: string) => source.locate(offsetAt(root, path)) }
  if (loaded !== null && diagnostics.errorCount === 0) return { error: null, loaded }
  // Without a map there is a mistake in any case.
  return { error: new ConfigError(yield* diagnostics.issues(), { count: diagnostics.errorCount }), loaded }
}

/** Where the innermost value begins that a JSON pointer passes on its way. */
function offsetAt(root: JsonNode | null, path: string): number {
  return root === null ? 0 : nodeOnTheWay(root, path).start
}

function* readSource(file: string): ReturnType<typeof sourceWork> {
  if (file === '') {
    const remedy = 'name one with -c FILE, or with -t FILE to check it'
    throw new KeagateError('CONFIG_UNREADABLE', 'no configuration file is named', { remedy })
  }
  try {
    return yield* sourceWork(file)
  } catch (error) {
    if (!(error instanceof IncludeError)) throw error
    // The place before the sentence names the file already.
    const text = error.place === null ? error.message.replace(`cannot read ${file}:`, 'cannot be read:') : error.message
    const place = error.place ?? { file, line: null, column: null }
    const issue = { ...place, path: '', text, remedy: error.remedy }
    throw new ConfigError([issue], { code: 'CONFIG_UNREADABLE', cause: error })
  }
}

/**
 * Takes the place of a warning out of its text. A warning of the reader is `FILE:LINE: text`; bytes that are no
 * characters have no column.
 */
function readingWarning(file: string, warning: string): ConfigWarning {
  const [, named = file, line = null, text = warning] = /^(.*):(\d+): (.*)$/s.exec(warning) ?? []
  const place = { file: named, line: line === null ? null : Number(line), column: null }
  return { id: 'KEAGATE_CONFIG_WARNING', ...place, path: '', text, remedy: null }
}
