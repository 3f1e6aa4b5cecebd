// Finds handlers by command name. The registry does not know what a handler does or where it came from.

import type { Handler } from './handler.ts'

/** A fixed set of handlers, one for each name. */
export class Registry {
  readonly #handlers = new Map<string, Handler>()
  readonly #names: readonly string[]

  /** @throws Error when two handlers claim one name: a mistake in the program */
  constructor(handlers: Iterable<Handler>) {
    for (const handler of handlers) {
      if (this.#handlers.has(handler.name)) throw new Error(`two handlers for the command ${handler.name}`)
      this.#handlers.set(handler.name, handler)
    }
    this.#names = [...this.#handlers.keys()].sort()
  }

  find(name: string): Handler | undefined {
    return this.#handlers.get(name)
  }

  handlers(): Iterable<Handler> {
    return this.#handlers.values()
  }

  /** All names in ascending order, as `list-commands` shows them. */
  names(): readonly string[] {
    return this.#names
  }
}
