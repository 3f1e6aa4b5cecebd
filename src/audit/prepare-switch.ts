// Prepares the audit of a new configuration: opens its file while the change of configuration can still be undone.

import { closeSync } from 'node:fs'
import type { AuditConfig } from '../config/types.ts'
import { openLogFile } from '../log/output/log-file.ts'
import type { Log } from '../log/message.ts'
import type { RotationSettings } from '../log/output/file.ts'
import { minRotationSize } from '../log/settings.ts'
import { Audit } from './audit.ts'
import type { Redact } from './audit.ts'
import { AuditFile } from './audit-file.ts'

export interface AuditSwitch {
  /** null: commands are not recorded. */
  readonly audit: Audit | null
  /** Called when the new configuration is in force: closes what only the one before needed. */
  commit(): void
  /** Called when the new configuration did not come into force: closes what was opened for it. */
  undo(): void
}

/**
 * A file that is already in use keeps its trail, because two trails would both rotate it.
 * @throws KeagateError CONFIG_INVALID when the file cannot be opened
 */
export function prepareAuditSwitch(
  config: AuditConfig | null,
  before: Audit | null,
  log: Log,
  redact: Redact,
): AuditSwitch {
  const leave = (): void => void before?.trail.close()
  if (config === null) return { audit: null, commit: leave, undo: () => undefined }
  const file = openLogFile(config.path)
  const rotation = rotationOf(config)
  if (before !== null && before.trail.path === config.path) {
    const { trail } = before
    const audit = new Audit(config, trail, redact)
    return { audit, commit: () => trail.adopt(file, rotation), undo: () => closeSync(file.fd) }
  }
  const trail = new AuditFile(config.path, file, rotation, log)
  return { audit: new Audit(config, trail, redact), commit: leave, undo: () => void trail.close() }
}

function rotationOf({ maxSize, maxVersions }: AuditConfig): RotationSettings {
  return { maxSize: maxSize === 0 ? 0 : Math.max(maxSize, minRotationSize), maxVersions }
}
