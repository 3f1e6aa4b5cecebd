// Reads the arguments of the agent's own commands. Those of forwarded commands are never looked at.

import { inSlices } from '../../in-slices.ts'
import type { MapNode } from '../../json/text/node.ts'
import { memberOf } from '../../json/text/node.ts'
import type { RawJson } from '../../json/raw.ts'
import { rawToString } from '../../json/raw.ts'
import { treeWork } from '../../json/text/parser.ts'

/** Bytes. A configuration of the agent has some kilobytes; reading far more at once would delay other clients. */
const maxArgumentsSize = 256 * 1024

interface ArgumentsProblem {
  readonly ok: false
  readonly text: string
}

export type OwnArguments = ArgumentsProblem | { readonly ok: true; readonly map: MapNode }

export type OwnConfiguration = ArgumentsProblem | { readonly ok: true; readonly configuration: RawJson }

/**
 * Settles when all earlier arguments have been read. They are read one after the other, because slices do not spare
 * other clients a wait when twenty arguments are read at the same time.
 */
let lastRead: Promise<unknown> = Promise.resolve()

/** The arguments as a map, or a sentence that says why they are no map. */
export async function readArguments(args: RawJson): Promise<OwnArguments> {
  if (args.length > maxArgumentsSize) {
    return problem(
      `'arguments' are ${args.length} bytes long and the agent's own commands take ${maxArgumentsSize}; ` +
        'a larger configuration can be written to the file and read with config-reload',
    )
  }
  const reading = lastRead.then(() => inSlices(treeWork(rawToString(args), { dialect: 'command' })))
  lastRead = reading
  const { root, errors } = await reading
  const first = errors[0]
  if (first !== undefined) return problem(`'arguments' cannot be read: ${first.text}`)
  if (root?.kind !== 'map') return problem(`'arguments' must be a map, not ${nameOf(root?.kind)}`)
  return { ok: true, map: root }
}

/**
 * Checks that the arguments are a map with a map `Control-agent` in it, and returns their bytes as they came. The
 * reader of configurations checks everything else in them.
 */
export async function readConfiguration(args: RawJson | null): Promise<OwnConfiguration> {
  if (args === null) return problem("'arguments' are missing: they must be a map with a 'Control-agent' map in it")
  const read = await readArguments(args)
  if (!read.ok) return read
  const agent = memberOf(read.map, 'Control-agent')
  if (agent === undefined) return problem("'Control-agent' is missing in 'arguments'")
  if (agent.kind !== 'map') return problem(`'Control-agent' must be a map, not ${nameOf(agent.kind)}`)
  return { ok: true, configuration: args }
}

/** The name of a kind of value in a sentence. */
export function nameOf(kind: string | undefined): string {
  if (kind === undefined || kind === 'null') return 'null'
  return kind === 'integer' ? 'an integer' : `a ${kind}`
}

function problem(text: string): ArgumentsProblem {
  return { ok: false, text }
}
