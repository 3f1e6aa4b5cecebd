// What a configuration brings along besides its runtime, and what has to be let go of again: handler modules, and the
// file of the audit log.

import { forKeyword } from '../errors.ts'
import { redactCommand } from '../access/redact.ts'
import type { Audit } from '../audit/audit.ts'
import { prepareAuditSwitch } from '../audit/prepare-switch.ts'
import type { AgentConfig } from '../config/types.ts'
import { Modules } from '../hook/modules.ts'
import type { ModuleParts } from '../hook/supervised-module.ts'

/** What the configuration before has of it. */
interface Previous {
  readonly modules: Modules
  readonly audit: Audit | null
}

export interface ReloadTransaction extends Previous {
  /** The configuration is in force: starts what is new, lets go of what is old. */
  commit(): Promise<void>
  /** It did not come into force. */
  undo(): Promise<void>
}

/**
 * @param parts for handler modules: what they ask goes to the daemons of the configuration in force at that time
 * @throws KeagateError with the keyword of what cannot be loaded or opened
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
        // Commands that began before run to their end with the modules they began with.
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
