// Checks what a handler module provides against the contract in `api.ts`, and names members that are not a part of it:
// without this, a misspelled function would silently never be called.

import { nearestWord } from '../../config/schema/suggestions.ts'
import type { CommandHandler, HandlerModule, LoadedModule } from '../api.ts'

const moduleExports = ['parameters', 'load'] satisfies (keyof HandlerModule)[]
const functions = [
  'authenticated', 'commandReceived', 'commandProcessed', 'start', 'stop',
] satisfies (keyof LoadedModule)[]
const loadedMembers = ['commands', ...functions] satisfies (keyof LoadedModule)[]
const commandMembers = ['access', 'run'] satisfies (keyof CommandHandler)[]

/** What Node.js adds to the exports of a CommonJS file. */
const ofCommonJs: readonly string[] = ['default', 'module.exports', '__esModule']

/** How many mistakes are named, and how many characters of a name are shown. */
const maxMistakes = 10
const maxName = 64

/** The module breaks the contract. */
export class ContractError extends Error {
  constructor(mistakes: readonly string[]) {
    super(mistakes.slice(0, maxMistakes).join('; '))
    this.name = 'ContractError'
  }
}

/** What is wrong with the exports of the file. @param exported the namespace object of the module */
export function exportMistakes(exported: object): string[] {
  const { load, default: standard }: { load?: unknown; default?: unknown } = exported
  const mistakes = typeof load === 'function' ? [] : ['it has no export named "load"']
  const isCommonJs = isObject(standard) && 'load' in standard && standard['load'] === load
  const names = Object.keys(exported).filter((name) => !isCommonJs || !ofCommonJs.includes(name))
  return [...mistakes, ...unknownMembers('it', 'export', names, moduleExports)]
}

/** What is wrong with what `load` returned. */
export function moduleMistakes(module: unknown): string[] {
  if (!isObject(module)) return ['its load function did not return an object']
  const mistakes = unknownMembers('what its load function returned', 'member', namesIn(module), loadedMembers)
  for (const name of functions) {
    if (isWrongFunction(module[name])) mistakes.push(`its member "${name}" is not a function`)
  }
  const { commands } = module
  if (commands === undefined) return mistakes
  if (!isObject(commands) || Array.isArray(commands)) return [...mistakes, 'its member "commands" is not a map']
  return [...mistakes, ...Object.entries(commands).flatMap(([name, command]) => commandMistakes(name, command))]
}

function commandMistakes(name: string, command: unknown): string[] {
  const what = `its command ${shown(name)}`
  if (name === '' || /\p{Surrogate}/u.test(name)) return [`${what} has a name that no client can send`]
  if (!isObject(command)) return [`${what} is not a map`]
  const mistakes = unknownMembers(what, 'member', namesIn(command), commandMembers)
  if (typeof command['run'] !== 'function') mistakes.push(`${what} has no function "run"`)
  const { access } = command
  if (access !== 'read' && access !== 'write') mistakes.push(`${what} does not say "read" or "write" as its access`)
  return mistakes
}

function unknownMembers(owner: string, kind: string, names: readonly string[], known: readonly string[]): string[] {
  return names.filter((name) => !known.includes(name)).slice(0, maxMistakes).map((name) => {
    const near = nearestWord(name, known)
    const advice = near === null ? `there is only ${known.join(', ')}` : `did you mean "${near.word}"?`
    return `${owner} has the ${kind} "${shown(name)}", which is not a part of the contract; ${advice}`
  })
}

/** Names of an object's members, including those from its class. */
function namesIn(value: object): string[] {
  const names = Object.keys(value)
  for (let prototype = prototypeOf(value); prototype !== null; prototype = prototypeOf(prototype)) {
    names.push(...Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor'))
  }
  return names
}

/** The prototype of an object; null where it is `Object.prototype` or missing. */
function prototypeOf(value: object): object | null {
  const prototype: unknown = Object.getPrototypeOf(value)
  return typeof prototype === 'object' && prototype !== Object.prototype ? prototype : null
}

function isWrongFunction(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function'
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function shown(name: string): string {
  return name.length > maxName ? `${name.slice(0, maxName)}...` : name
}
