// Loggers of the configuration and the places they write to.

import type { OutputSettings, Severity } from '../log/settings.ts'
import type { PathRules } from './paths.ts'
import { placePath } from './paths.ts'
import type { Section } from './section.ts'
import { quoted } from './sentence.ts'
import type { LoggerConfig } from './types.ts'
import { userContextOf } from './user-context.ts'

const severities: readonly Severity[] = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'NONE']

/** Bytes after which Kea rotates a log file. */
export const defaultMaxSize = 10_240_000

export function resolveLoggers(agent: Section, rules: PathRules): LoggerConfig[] {
  return (agent.sections('loggers') ?? []).map((logger) => ({
    name: logger.string('name') ?? '',
    severity: severityOf(logger),
    debugLevel: logger.integer('debuglevel') ?? 0,
    outputs: outputsOf(logger, rules),
    userContext: userContextOf(logger),
  }))
}

/** Kea logs an unknown severity as an error and goes on with INFO. */
function severityOf(logger: Section): Severity | null {
  const written = logger.string('severity')
  if (written === null) return null
  const severity = severities.find((known) => known === written.toUpperCase())
  if (severity !== undefined) return severity
  logger.warning(
    'LOG_BAD_SEVERITY',
    'severity',
    `severity is ${quoted(written)}, which is unknown; INFO is used`,
    `write one of ${severities.join(', ')}`,
  )
  return 'INFO'
}

/** Kea before 3.0 knew only the spelling `output_options`. */
function outputsOf(logger: Section, rules: PathRules): OutputSettings[] | null {
  if (logger.has('output_options')) {
    if (logger.has('output-options')) {
      const [first, second] =
        logger.keySpot('output_options').offset < logger.keySpot('output-options').offset
          ? (['output_options', 'output-options'] as const)
          : (['output-options', 'output_options'] as const)
      logger.error(
        logger.keySpot(second),
        `"${second}" repeats "${first}" at ${logger.keyPosition(first)}: they are two spellings of one keyword`,
        'keep "output-options"',
      )
    } else {
      logger.warning(
        'DCTL_DEPRECATED_OUTPUT_OPTIONS',
        logger.keySpot('output_options'),
        '"output_options" is the old spelling',
        'write "output-options"',
      )
    }
  }
  const outputs = logger.sections('output-options') ?? logger.sections('output_options') ?? []
  return outputs.length === 0 ? null : outputs.map((output) => outputOf(output, rules))
}

function outputOf(section: Section, rules: PathRules): OutputSettings {
  const output = section.string('output') ?? ''
  const pattern = section.string('pattern')
  return {
    output,
    path: isFile(output) ? pathOf(section, output, rules) : null,
    flush: section.boolean('flush') ?? true,
    // Kea takes negative numbers without saying what they mean.
    maxSize: Math.max(section.integer('maxsize') ?? defaultMaxSize, 0),
    maxVersions: Math.max(section.integer('maxver') ?? 1, 0),
    // Kea 2.2 shows a pattern that was not given as an empty one.
    pattern: pattern === '' ? null : pattern,
  }
}

function isFile(output: string): boolean {
  return !['', 'stdout', 'stderr', 'syslog'].includes(output) && !output.startsWith('syslog:')
}

function pathOf(section: Section, output: string, rules: PathRules): string {
  const placed = placePath('log-file', output, rules)
  if (placed.ok) return placed.path
  section.error('output', placed.text, placed.remedy)
  return output
}
