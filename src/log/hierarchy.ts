// Finds the settings of a logger, by its name and those of its ancestors.

import type { MessageDefinition } from './message.ts'
import type { LoggerSettings, OutputSettings, Severity } from './settings.ts'

/** The root logger's name; operators' configurations and log filters know it. */
export const rootLogger = 'kea-ctrl-agent'

const severityOrder: Readonly<Record<Severity, number>> = {
  DEBUG: 10,
  INFO: 20,
  WARN: 30,
  ERROR: 40,
  FATAL: 50,
  NONE: 99,
}

export interface EffectiveSettings {
  readonly severity: Severity
  readonly debugLevel: number
  readonly outputs: readonly OutputSettings[]
}

/** Whether anything is ever written to a logger of that name. */
export function isOwnLogger(name: string): boolean {
  return name === rootLogger || name.startsWith(`${rootLogger}.`)
}

/**
 * The settings of a logger by its name below the root, such as `http`: each setting is its own, or its nearest
 * ancestor's. Of several loggers with one name the last one counts, as in Kea.
 * @param fallback the output of loggers that have none, and whose ancestors have none
 * @param debug `-d`: every logger at DEBUG, level 99
 */
export function effectiveSettings(
  loggers: readonly LoggerSettings[],
  fallback: OutputSettings,
  debug: boolean,
): (name: string) => EffectiveSettings {
  const byName = new Map(loggers.map((logger) => [logger.name, logger]))
  return (name) => {
    const line = ancestry(`${rootLogger}.${name}`).flatMap((ancestor) => byName.get(ancestor) ?? [])
    const outputs = line.find((logger) => logger.outputs !== null)?.outputs ?? [fallback]
    if (debug) return { severity: 'DEBUG', debugLevel: 99, outputs }
    const levelSource = line.find((logger) => logger.severity !== null)
    return { severity: levelSource?.severity ?? 'INFO', debugLevel: levelSource?.debugLevel ?? 0, outputs }
  }
}

/** For `a.b.c`: `a.b.c`, `a.b` and `a`. */
function ancestry(name: string): string[] {
  const parts = name.split('.')
  return parts.map((_part, index) => parts.slice(0, parts.length - index).join('.'))
}

export function passes(definition: MessageDefinition, settings: EffectiveSettings): boolean {
  if (severityOrder[definition.severity] < severityOrder[settings.severity]) return false
  return definition.severity !== 'DEBUG' || (definition.debugLevel ?? 0) <= settings.debugLevel
}
