// Imports the file of a handler module and checks what it provides against the contract.

import { pathToFileURL } from 'node:url'
import type { CommandHandler, HandlerModule, LoadedModule, ModuleContext } from '../api.ts'
import type { HookPoint } from '../messages.ts'
import { ContractError, exportMistakes, moduleMistakes } from './contract.ts'
import { parameterMistakes } from './parameters.ts'
import { withPlace } from './syntax-place.ts'

/** A module that keeps the contract. */
export interface UsableModule {
  readonly module: LoadedModule
  readonly commands: ReadonlyMap<string, CommandHandler>
  readonly points: readonly HookPoint[]
}

/**
 * @param parameters JSON text
 * @throws ContractError with every mistake, or whatever the module throws
 */
export async function loadModule(
  path: string,
  parameters: string,
  context: Pick<ModuleContext, 'log' | 'ask'>,
): Promise<UsableModule> {
  const exported = (await importFile(path)) as Partial<HandlerModule>
  refuse(exportMistakes(exported))
  const values = JSON.parse(parameters) as ModuleContext['parameters']
  refuse(await parameterMistakes(values, exported.parameters))
  const returned: unknown = await exported.load?.({ parameters: values, ...context })
  refuse(moduleMistakes(returned))
  // `moduleMistakes` has just found that it has this shape.
  const module = returned as LoadedModule
  return { module, commands: new Map(Object.entries(module.commands ?? {})), points: pointsOf(module) }
}

async function importFile(path: string): Promise<object> {
  try {
    return (await import(pathToFileURL(path).href)) as object
  } catch (error) {
    throw withPlace(error, path)
  }
}

function refuse(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw new ContractError(mistakes)
}

function pointsOf(module: LoadedModule): HookPoint[] {
  const points: HookPoint[] = []
  if (module.authenticated !== undefined) points.push('authenticated')
  if (module.commandReceived !== undefined) points.push('command-received')
  if (module.commandProcessed !== undefined) points.push('command-processed')
  return points
}
