// The parts of a configuration that are opened before its runtime and have to be closed again: handler modules, and the
// file of the audit log.

import { forKeyword } from '../errors.ts'
import { redactCommand } from '../access/redact.ts'
import type { Audit } from '../audit/audit.ts'
import { prepareAuditSwitch } from '../audit/prepare-switch.ts'
import type { AgentConfig } from '../config/types.ts'
import { Modules } from '../hook/modules.ts'
import type { ModuleParts } from '../hook/supervised-module.ts'

/** The same parts of the configuration before. */
interface Previous {
  readonly modules: Modules
  readonly audit: Audit | null
}

export interface ReloadTransaction extends Previous {
  /** The configuration is in force: starts the new parts, closes the old ones. */
  commit(): Promise<void>
  /** The configuration did not come into force: closes the new parts. */
  undo(): Promise<void>
}

/**
 * @param parts for handler modules; a command that they send goes to the daemons of the configuration in force then
 * @throws KeagateError with the keyword of the part that cannot be loaded or opened
 */
export async function beginReload(
  config: AgentConfig,
  before: Previous | null,
  parts: ModuleParts,
): Promise<ReloadTransaction> {
  const modules = await Modules.load(config.hookModules, parts)
  try {
    const change = prepareAuditSwitch(config.auditLog, before?.audit ?? null, parts.log, redactCommand)
    return {
      modules,
      audit: change.audit,
      commit: async () => {
        change.commit()
        await modules.start()
        // Commands under way run to their end with the old modules.
        void before?.modules.close()
      },
      undo: () => {
        change.undo()
        return modules.close()
      },
    }
  } catch (error) {
    await modules.close()
    throw forKeyword(error, '/Control-agent/audit-log/output')
  }
}
