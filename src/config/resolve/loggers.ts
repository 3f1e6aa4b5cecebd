// Loggers of the configuration and the places they write to.

import { isSyslog, minRotationSize } from '../../log/settings.ts'
import type { OutputSettings, Severity } from '../../log/settings.ts'
import { facilityNames, isFacility } from '../../log/output/syslog-priority.ts'
import { isOwnLogger, rootLogger } from '../../log/hierarchy.ts'
import type { Sliced } from '../../in-slices.ts'
import type { PathRules } from './paths.ts'
import { placePath } from './paths.ts'
import type { Section } from '../parse/section.ts'
import { quoted } from '../schema/messages.ts'
import type { LoggerConfig } from '../types.ts'
import { userContextOf } from '../parse/user-context.ts'

const severities: readonly Severity[] = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'NONE']

/** Bytes after which Kea rotates a log file. */
export const defaultMaxSize = 10_240_000

export function* resolveLoggers(agent: Section, rules: PathRules): Sliced<LoggerConfig[]> {
  const loggers: LoggerConfig[] = []
  for (const logger of agent.sections('loggers') ?? []) {
    loggers.push({
      name: nameOf(logger),
      severity: severityOf(logger),
      debugLevel: logger.integer('debuglevel') ?? 0,
      outputs: outputsOf(logger, rules),
      userContext: userContextOf(logger),
    })
    yield
  }
  return loggers
}

/** Kea takes any name, also one that nothing is ever written to. */
function nameOf(logger: Section): string {
  const name = logger.string('name') ?? ''
  if (!isOwnLogger(name)) {
    const text = `nothing is ever written to a logger named ${quoted(name)}`
    logger.warning('KEAGATE_CONFIG_WARNING', 'name', text, `write ${rootLogger}, or a child such as ${rootLogger}.http`)
  }
  return name
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
  const format = section.string('format') === 'json' ? 'json' : 'pattern'
  const path = isFile(output) ? pathOf(section, output, rules) : null
  if (isSyslog(output)) warnOfFacility(section, output)
  if (pattern !== null && pattern !== '' && format === 'json') {
    section.warning('KEAGATE_CONFIG_WARNING', 'pattern', 'a pattern means nothing where the format is json', 'remove one')
  }
  return {
    output,
    path,
    flush: section.boolean('flush') ?? true,
    maxSize: maxSizeOf(section),
    maxVersions: Math.max(section.integer('maxver') ?? 1, 0),
    // Kea 2.2 shows a pattern that was not given as an empty one.
    pattern: pattern === '' ? null : pattern,
    format,
  }
}

function isFile(output: string): boolean {
  return !['', 'stdout', 'stderr'].includes(output) && !isSyslog(output)
}

/** Kea takes negative numbers without saying what they mean, and rotates no file that is shorter than 200 KiB. */
function maxSizeOf(section: Section): number {
  const written = Math.max(section.integer('maxsize') ?? defaultMaxSize, 0)
  if (written > 0 && written < minRotationSize) {
    const text = `maxsize is ${written}; no file is rotated before it has ${minRotationSize} bytes`
    section.warning('KEAGATE_CONFIG_WARNING', 'maxsize', text, `write ${minRotationSize} or more, or 0 for no rotation`)
  }
  return written
}

function warnOfFacility(section: Section, output: string): void {
  if (isFacility(output)) return
  const text = `${quoted(output)} names no facility of syslog; local0 is used`
  section.warning('KEAGATE_CONFIG_WARNING', 'output', text, `write syslog: and one of ${facilityNames().join(', ')}`)
}

function pathOf(section: Section, output: string, rules: PathRules): string {
  const placed = placePath('log-file', output, rules)
  if (placed.ok) return placed.path
  section.error('output', placed.text, placed.remedy)
  return output
}
