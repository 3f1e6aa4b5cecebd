// `hooks-libraries`: the handler modules. Where a hook library of Kea itself is named, an error says where it belongs.

import type { MapNode } from '../../json/text/node.ts'
import { maskedParameter, unmaskParameters } from '../print/masked-parameters.ts'
import { maskedPassword } from '../print/masked-password.ts'
import type { Sliced } from '../../in-slices.ts'
import type { PathRules } from './paths.ts'
import { placePath } from './paths.ts'
import { isRbacLibrary } from './rbac-library.ts'
import { checkRegularFile, faultOf } from './regular-file.ts'
import type { FileFault } from './regular-file.ts'
import type { Section } from '../parse/section.ts'
import { quoted } from '../schema/messages.ts'
import type { HookModuleConfig } from '../types.ts'

/** Milliseconds that a function of a module may take, where the configuration says nothing. */
export const defaultModuleTimeout = 30_000

export interface HookRules extends PathRules {
  /** The modules in force whose secrets `*****` may stand for; null: it stands for nothing, as in files. */
  readonly known: readonly HookModuleConfig[] | null
}

/** The modules in the order written. Each file is known to exist; its content is checked when it is loaded. */
export function* resolveHooks(agent: Section, rules: HookRules): Sliced<HookModuleConfig[]> {
  const modules: HookModuleConfig[] = []
  for (const entry of agent.sections('hooks-libraries') ?? []) {
    yield
    const library = entry.string('library')
    const path = library === null || isRbacLibrary(library) ? null : modulePath(entry, library, rules)
    if (library === null || path === null) continue
    const seconds = entry.integer('timeout-seconds')
    const timeout = seconds === null ? defaultModuleTimeout : seconds * 1000
    modules.push({ library, path, parameters: parametersOf(entry, path, rules.known), timeout, place: entry.path })
  }
  return modules
}

function parametersOf(entry: Section, path: string, known: HookRules['known']): MapNode | null {
  const parameters = entry.map('parameters')
  const hidden = parameters === null ? null : maskedParameter(parameters, `${entry.path}/parameters`)
  if (parameters === null || hidden === null) return parameters
  const inForce = (known ?? []).flatMap((module) =>
    module.path === path && module.parameters !== null ? [module.parameters] : [],
  )
  const kept = unmaskParameters(parameters, inForce)
  if (kept !== null) return kept
  const text = known === null
    ? `the secret is ${maskedPassword}, which config-get shows in the place of a secret`
    : `${maskedPassword} stands for the secret in force, but only where the other parameters of the module stay as they are`
  entry.error(hidden, text, 'write the secret itself')
  return parameters
}

/** @returns null, with an error, where there is no module */
function modulePath(entry: Section, library: string, rules: PathRules): string | null {
  if (library.trim() === '') {
    entry.error('library', 'library must not be blank')
    return null
  }
  if (/\.so(\.\d+)*$/.test(library)) {
    entry.error(
      'library',
      `${quoted(library)} is a compiled hook library, which only a process of Kea itself can load`,
      'load it in the configuration of the daemon it is for, and remove it here',
    )
    return null
  }
  const placed = placePath('hook-module', library, rules)
  if (!placed.ok) {
    entry.error('library', placed.text, placed.remedy)
    return null
  }
  const problem = moduleFault(placed.path)
  if (problem === null) return placed.path
  entry.error('library', `the module ${placed.path} cannot be used: ${problem.reason}`, problem.remedy)
  return null
}

/** Bytes; a bundled module has some hundred kilobytes. */
const maxModuleSize = 16_777_216

function moduleFault(path: string): FileFault | null {
  try {
    const fault = checkRegularFile(path, maxModuleSize)
    if (fault === null) return null
    if (fault === 'too-large') return { reason: `it is larger than ${maxModuleSize} bytes`, remedy: null }
    return { reason: 'it is not a regular file', remedy: 'name the file of an ES module' }
  } catch (error) {
    return faultOf(error)
  }
}
