// Counts commands by what they are, who answered and how. A client chooses names freely; only those that are known
// become label values.

import type { Metrics } from './registry.ts'
import { otherLabel } from './registry.ts'

/** The agent itself, in the place of a service. No service can be called so. */
const ownService = '(agent)'

/** Lives as long as its configuration; what it counts goes on. */
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
   * @param name null: what came was no command
   * @param services those asked, in the order of the results; where they do not match, the agent answered for them
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

  /** How long one service took. @param service null: the agent itself. @param milliseconds from its arrival on */
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
