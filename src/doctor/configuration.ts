// Examines whether the configuration can be used, and reports the warnings and mistakes in it.

import { loadConfigFile } from '../config/load.ts'
import type { LoadedConfig } from '../config/load.ts'
import { ConfigError, formatPosition } from '../config/parse/issue.ts'
import type { ConfigIssue } from '../config/parse/issue.ts'
import { describeError } from '../errors.ts'
import type { Finding } from './finding.ts'
import { counted, ok, problem } from './finding.ts'

export interface Examined {
  readonly findings: readonly Finding[]
  /** null: the configuration cannot be used. */
  readonly loaded: LoadedConfig | null
}

export function examineConfiguration(file: string, env: NodeJS.ProcessEnv): Examined {
  try {
    const loaded = loadConfigFile(file, { env, pathChecks: true })
    const { controlSockets } = loaded.config
    const services = [...controlSockets.keys()].join(', ') || 'none'
    const none = controlSockets.size > 0 ? [] : [
      problem('warning', 'control-sockets', 'no daemon can be reached', 'name their control sockets'),
    ]
    const warnings = loaded.warnings.map((issue) => placed('warning', issue))
    return { findings: [ok('configuration', `${file} is usable; services: ${services}`), ...warnings, ...none], loaded }
  } catch (error) {
    return { findings: mistakesOf(error).map(withRemedy), loaded: null }
  }
}

/** Adds a remedy where the file itself cannot be read. */
function withRemedy(finding: Finding): Finding {
  if (finding.remedy !== null) return finding
  if (finding.text.endsWith('cannot be read: no such file or directory')) return { ...finding, remedy: 'name the configuration with -c FILE' }
  if (finding.text.endsWith('cannot be read: permission denied')) return { ...finding, remedy: "let this user read it, or run this as the agent's user" }
  return finding
}

/** One finding for each mistake, with its place. */
export function mistakesOf(error: unknown, what = 'configuration'): readonly Finding[] {
  if (error instanceof ConfigError) {
    const more = error.count - error.issues.length
    const rest = more === 0 ? [] : [problem('error', what, `and at least ${counted(more, 'more mistake')}`)]
    return [...error.issues.map((issue) => placed('error', issue)), ...rest]
  }
  return [problem('error', what, describeError(error))]
}

function placed(level: 'warning' | 'error', issue: ConfigIssue): Finding {
  const { path, text, remedy } = issue
  return problem(level, path.split('/').findLast((step) => /^[a-z]/.test(step)) ?? 'configuration',
    `${formatPosition(issue)}: ${text}`, remedy)
}
