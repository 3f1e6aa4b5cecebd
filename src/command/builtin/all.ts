// The list of the agent's own commands.

import type { AgentControl } from '../agent-control.ts'
import type { Handler } from '../handler.ts'
import { buildReport } from './build-report.ts'
import { configGet } from './config-get.ts'
import { configHashGet } from './config-hash-get.ts'
import { configReload } from './config-reload.ts'
import { configSet } from './config-set.ts'
import { configTest } from './config-test.ts'
import { configWrite } from './config-write.ts'
import { listCommands } from './list-commands.ts'
import { shutdown } from './shutdown.ts'
import { statusGet } from './status-get.ts'
import { versionGet } from './version-get.ts'

/** @param names of all commands of the registry that these handlers go into */
export function builtinHandlers(agent: AgentControl, names: () => readonly string[]): readonly Handler[] {
  return [
    buildReport(agent),
    configGet(agent),
    configHashGet(agent),
    configReload(agent),
    configSet(agent),
    configTest(agent),
    configWrite(agent),
    listCommands(names),
    shutdown(agent),
    statusGet(agent),
    versionGet(agent),
  ]
}
