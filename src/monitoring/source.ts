// What monitoring wants to know of the process around it. The process implements it; pages and metrics only see this.

import type { AgentControl } from '../command/agent-control.ts'
import type { Traffic } from '../http/connection/connection-table.ts'
import type { MetricRegistry } from '../metrics/registry.ts'
import type { Reload } from '../metrics/reload-log.ts'

export interface MonitorSource {
  readonly agent: AgentControl
  readonly metrics: MetricRegistry
  traffic(): Traffic
  /** Changes of the configuration, the latest first; the start does not count. */
  reloads(): readonly Reload[]
  /** Why commands are not taken now, each in a sentence; empty: they are. */
  unavailableReasons(): readonly string[]
  /** Asks daemons for their version and state where it is time to. Returns at once. */
  inquire(): void
  /** Probes the daemons that were not heard of for `quiet` milliseconds. Never rejects. */
  lookForQuiet(quiet: number): Promise<void>
}
