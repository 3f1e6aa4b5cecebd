// Names that stand for several services each: a command for a group is sent to the members of the group.

/** How many services one command may have, after groups are replaced by their members. */
export const maxServices = 64

export class ServiceGroups {
  readonly #members: ReadonlyMap<string, readonly string[]>
  readonly #groups = new Map<string, string[]>()

  /** @param members by the name of the group, in the order of the configuration; each is a configured service */
  constructor(members: ReadonlyMap<string, readonly string[]> = new Map()) {
    this.#members = members
    for (const [group, services] of members) {
      for (const service of services) this.#groups.set(service, [...this.groupsOf(service), group])
    }
  }

  get names(): readonly string[] {
    return [...this.#members.keys()]
  }

  /** The groups with their members, in the order of the configuration. */
  entries(): readonly (readonly [group: string, members: readonly string[]])[] {
    return [...this.#members]
  }

  /** The groups that a service is a member of. */
  groupsOf(service: string): readonly string[] {
    return this.#groups.get(service) ?? []
  }

  /** Whether a group is among the names. */
  anyIn(names: readonly string[]): boolean {
    return this.#members.size > 0 && names.some((name) => this.#members.has(name))
  }

  /** Every name that is a group is replaced by its members, in their order; a service named twice stays twice. */
  expand(names: readonly string[]): readonly string[] {
    return this.anyIn(names) ? names.flatMap((name) => this.#members.get(name) ?? [name]) : names
  }
}
