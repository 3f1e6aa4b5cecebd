// From one configuration to the next: opens what the new audit writes to, so that all can still be called off.

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
  /** The new configuration is in force: lets go of what only the one before needed. */
  commit(): void
  /** It did not come into force. */
  undo(): void
}

/**
 * A file that is in use already goes on being written by the same trail, or two would rotate it.
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
