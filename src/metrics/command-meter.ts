// Counts commands by name, service, result and role. A client chooses names freely, so only known names become label
// values.

import type { Metrics } from './registry.ts'
import { otherLabel } from './registry.ts'

/** Stands for the agent itself in the label of the service. No service can have this name. */
const ownService = '(agent)'

/** Lives as long as its configuration; the counters live as long as the process. */
export class CommandMeter {
  readonly #metrics: Metrics
  readonly #isCommand: (name: string) => boolean
  readonly #isService: (name: string) => boolean

  /** @param known which names of commands and services may become label values */
  constructor(
    metrics: Metrics,
    known: { readonly command: (name: string) => boolean; readonly service: (name: string) => boolean },
  ) {
    this.#metrics = metrics
    this.#isCommand = known.command
    this.#isService = known.service
  }

  /** Counts a command as in flight while it runs, whichever configuration is in force when it ends. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    this.#metrics.move('keagate_commands_in_flight', {}, 1)
    try {
      return await run()
    } finally {
      this.#metrics.move('keagate_commands_in_flight', {}, -1)
    }
  }

  /**
   * A command was answered.
   * @param name null: the request held no command
   * @param services those asked, in the order of the results; if their numbers differ, the agent itself answered
   * @param role null: there is no access control
   */
  answered(
    name: string | null,
    services: readonly string[],
    results: readonly (number | null)[],
    role: string | null,
  ): void {
    const command = this.#command(name)
    const asked = results.length === services.length ? services : []
    for (const [index, result] of results.entries()) {
      const labels = {
        command,
        service: this.#service(asked[index]),
        result: resultLabel(result),
        role: role ?? '(none)',
      }
      this.#metrics.count('keagate_commands_total', labels)
    }
  }

  /** A command was not run because its caller may not run it. */
  refused(name: string, services: readonly string[], role: string | null): void {
    this.#metrics.count('keagate_access_refusals_total', { role: role ?? '(none)' })
    const command = this.#command(name)
    for (const service of services.length === 0 ? [undefined] : services) {
      const labels = { command, service: this.#service(service), result: 'refused', role: role ?? '(none)' }
      this.#metrics.count('keagate_commands_total', labels)
    }
  }

  /** @param service null: the agent itself. @param milliseconds from the arrival of the command to this answer */
  took(name: string, service: string | null, milliseconds: number): void {
    const labels = { command: this.#command(name), service: this.#service(service ?? undefined) }
    this.#metrics.observe('keagate_command_duration_seconds', labels, milliseconds / 1000)
  }

  #command(name: string | null): string {
    if (name === null) return '(none)'
    return this.#isCommand(name) ? name : otherLabel
  }

  #service(name: string | undefined): string {
    if (name === undefined) return ownService
    return this.#isService(name) ? name : otherLabel
  }
}

/** Kea's results are 0 to 5; a daemon may say anything. */
function resultLabel(result: number | null): string {
  if (result === null) return '(none)'
  return Number.isInteger(result) && result >= 0 && result <= 5 ? String(result) : otherLabel
}
