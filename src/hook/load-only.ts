// Loads handler modules to see whether they can be used, and ends them again: for checks of a configuration.

import type { HookModuleConfig } from '../config/types.ts'
import type { Log } from '../log/message.ts'
import type { AskDaemons } from './ask-daemons.ts'
import { ModuleMemory } from './memory.ts'
import type { RegisteredCommand } from './messages.ts'
import { Modules } from './modules.ts'

/**
 * @returns the commands that they register
 * @throws KeagateError HOOK_UNUSABLE as `Modules.load` does; no process is left then either
 */
export async function loadOnly(configs: readonly HookModuleConfig[], log: Log): Promise<readonly RegisteredCommand[]> {
  // A module may ask only on behalf of a command, and none is run here.
  const ask: AskDaemons = () => Promise.resolve({ ok: false, reason: 'no daemon is asked now' })
  const modules = await Modules.load(configs, { log, ask, memory: new ModuleMemory() })
  const commands = [...modules.handlers()].map(({ name, access }) => ({ name, access }))
  await modules.close()
  return commands
}
