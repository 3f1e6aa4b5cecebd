// Says in one line what a handler module threw, and where: the first places in the stack that are in the module.

import { fileURLToPath } from 'node:url'
import { sourceRoot } from '../../install-dir.ts'
import { maxText } from '../bounds.ts'
import { ContractError } from './contract.ts'

/** How many places of the stack are shown, and how many characters of a message, so that the places fit behind it. */
const maxPlaces = 5
const maxMessage = 1000

/**
 * The folders of keagate's own code: places in it, like places in Node.js, tell nothing about the module. With
 * `--enable-source-maps`, a stack has the paths of the sources in place of those of the built files.
 */
const ownFolders = [sourceRoot.href, fileURLToPath(new URL('../src/', sourceRoot))]

/** Never throws, even where reading the thrown value throws. */
export function describeThrown(error: unknown): string {
  try {
    if (!(error instanceof Error) || error instanceof ContractError) return messageOf(error)
    const cause = error.cause instanceof Error ? `, because of ${messageOf(error.cause)}` : ''
    const places = placesIn(error.stack)
    return `${messageOf(error)}${cause}${places === '' ? '' : ` (${places})`}`.slice(0, maxText)
  } catch {
    return unshown
  }
}

/** Any value as a text for the log. Never throws. */
export function textOf(value: unknown): string {
  try {
    return String(value instanceof Error ? value.message : value).slice(0, maxText)
  } catch {
    return unshown
  }
}

const unshown = 'something that cannot be shown'

function messageOf(error: unknown): string {
  const text = textOf(error).slice(0, maxMessage)
  if (!(error instanceof Error) || error instanceof ContractError || error.name === 'Error') return text
  return `${error.name}: ${text}`
}

/** The places in the module, such as `at run (/etc/kea/handlers/one.mjs:3:11), at /etc/kea/handlers/one.mjs:9:3`. */
function placesIn(stack: unknown): string {
  if (typeof stack !== 'string') return ''
  const lines = stack.split('\n')
  // Node.js writes the place of a syntax error in front of everything else.
  const syntax = /^(?:file:\/\/)?\/.*:\d+$/.test(lines[0] ?? '') ? [`at ${lines[0] ?? ''}`] : []
  const frames = lines.map((line) => line.trim()).filter(isOfModule)
  return [...syntax, ...frames].slice(0, maxPlaces).join(', ').replaceAll('file://', '')
}

function isOfModule(line: string): boolean {
  if (ownFolders.some((folder) => line.includes(folder))) return false
  return /^at .*\/.*:\d+:\d+\)?$/.test(line) && !line.includes('node:')
}
