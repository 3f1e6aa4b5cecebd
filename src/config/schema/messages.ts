// What Ajv says of a configuration, said for people: what is wrong and what would be right. Values are quoted only
// where they cannot be secrets.

import type { ErrorObject } from 'ajv'
import type { JsonNode } from '../../json/text/node.ts'
import { suggestionFor, isMisspelt } from './suggestions.ts'
import type { ConfigSchema, SchemaType } from './schema-types.ts'
import { configSchema, maxElements } from './schema.ts'

export interface SchemaMessage {
  readonly text: string
  readonly remedy: string | null
}

/** A value is cut to this many characters when it is quoted. */
const QUOTED = 60

/**
 * @param node what stands at the error's path
 * @returns null where another error of the same value says it already
 */
export function schemaMessage(error: ErrorObject, node: JsonNode): SchemaMessage | null {
  // Ajv hands back a part of the schema that it was given, and all of that has this type.
  const schema = error.parentSchema as ConfigSchema
  const name = nameOf(error.instancePath)
  switch (error.keyword) {
    case 'type':
      return wrongType(name, schema, node)
    case 'required':
      return missing(String(error.params['missingProperty']), schema, node)
    case 'additionalProperties':
      return unknown(String(error.params['additionalProperty']), schema)
    case 'propertyNames':
      return notService(quoted(String(error.params['propertyName'])))
    case 'pattern':
      if (node.kind !== 'string') return null
      return notService(`${name} is ${quoted(node.value)}, which`)
    case 'false schema':
      return { text: `${name} is not allowed here`, remedy: 'write it inside the map of one service' }
    case 'minimum':
    case 'maximum':
      return outOfRange(name, schema, node)
    case 'minLength':
      return { text: `${name} must not be empty`, remedy: meaning(schema) }
    case 'maxLength':
      return { text: `${name} is longer than ${schema.maxLength ?? 0} characters`, remedy: null }
    case 'maxItems':
      return { text: `${name} has more than ${schema.maxItems ?? 0} elements`, remedy: null }
    case 'maxProperties':
      return { text: `${name} has more than ${schema.maxProperties ?? 0} members`, remedy: null }
    case 'enum':
      return notAmong(error.instancePath, schema.enum ?? [], node)
    default:
      return null
  }
}

function wrongType(name: string, schema: ConfigSchema, node: JsonNode): SchemaMessage {
  // The number is too large for Ajv to take it as one.
  if (schema.type === 'integer' && node.kind === 'integer') return outOfRange(name, schema, node)
  return { text: `${name} must be ${nounOf(schema.type)}, not ${kindOf(node)}`, remedy: rightType(schema, node) }
}

function rightType(schema: ConfigSchema, node: JsonNode): string | null {
  if (node.kind === 'null') return schema.type === 'object' ? null : 'leave the keyword out for its default'
  if (schema.type === 'integer' && node.kind === 'float') return 'write it with digits only'
  if (schema.type === 'integer' && node.kind === 'string' && /^\d+$/.test(node.value)) return 'leave out the quotes'
  if (schema.type === 'boolean') return 'write true or false, without quotes'
  if (schema.type === 'array' && node.kind === 'map') return 'put it in square brackets'
  if (schema.enum !== undefined) return `write ${either(schema.enum.map(quoted))}`
  if (schema.type === 'string' && node.kind !== 'map' && node.kind !== 'list') return 'put it in double quotes'
  return null
}

/** null where the keyword is there, but misspelt: another error reports it as unknown. */
function missing(keyword: string, schema: ConfigSchema, node: JsonNode): SchemaMessage | null {
  const keys = node.kind === 'map' ? node.members.map(({ key }) => key) : []
  if (isMisspelt(keyword, schema, keys, maxElements)) return null
  return { text: `${quoted(keyword)} is missing`, remedy: meaning(schema.properties?.[keyword]) }
}

function meaning(schema: ConfigSchema | false | undefined): string | null {
  return schema === false || schema?.description === undefined ? null : `it gives ${schema.description}`
}

function unknown(keyword: string, schema: ConfigSchema): SchemaMessage {
  const text = `unknown keyword ${quoted(keyword)}`
  // Kea 1.x had the loggers of all its programs there.
  if (isWholeFile(schema) && keyword === 'Logging') {
    return { text, remedy: 'move its list "loggers" into "Control-agent", and remove it' }
  }
  const advice = suggestionFor(keyword, configSchema, schema)
  if (!isWholeFile(schema) || advice !== null) return { text, remedy: advice }
  if (keyword === 'hash') return { text, remedy: 'remove it; config-get adds it to what it shows' }
  return { text, remedy: 'only "Control-agent" may stand here; the Kea daemons have configurations of their own' }
}

/** Compares a member, not the object: the schema of an error may be a copy, made by the build. */
function isWholeFile(schema: ConfigSchema): boolean {
  return schema.properties?.['Control-agent'] !== undefined
}

function notService(what: string): SchemaMessage {
  return {
    text: `${what} cannot be the name of a service`,
    remedy: 'use letters, digits, ".", "_", "-" and "@", at least one',
  }
}

function outOfRange(name: string, schema: ConfigSchema, node: JsonNode): SchemaMessage {
  const value = node.kind === 'integer' ? shortened(node.text) : kindOf(node)
  const { minimum, maximum = Infinity } = schema
  const range = minimum === undefined ? `at most ${maximum}` : `between ${minimum} and ${maximum}`
  return { text: `${name} is ${value}, but must be ${range}`, remedy: null }
}

function notAmong(path: string, values: readonly string[], node: JsonNode): SchemaMessage | null {
  const name = nameOf(path)
  if (node.kind !== 'string') return null
  const right = `must be ${either(values.map(quoted))}`
  const text = amongSecrets(path) ? `${name} ${right}` : `${name} is ${quoted(node.value)}, but ${right}`
  return { text, remedy: null }
}

/** Whether a path leads into `authentication`, where a value may be a password at the wrong place. */
function amongSecrets(path: string): boolean {
  return path.split('/').includes('authentication')
}

function nounOf(type: ConfigSchema['type']): string {
  return [type].flat().map((each) => nouns[each]).join(' or ')
}

const nouns: Readonly<Record<SchemaType, string>> = {
  object: 'a map', array: 'a list', string: 'a string', integer: 'a whole number', boolean: 'true or false',
}

function kindOf(node: JsonNode): string {
  switch (node.kind) {
    case 'map':
      return 'a map'
    case 'list':
      return 'a list'
    case 'string':
      return 'a string'
    case 'integer':
      return 'a number'
    case 'float':
      return 'a number with a sign, point or exponent'
    case 'boolean':
      return String(node.value)
    case 'null':
      return 'null'
  }
}

/** The last keyword of a path; in lists with its place, as in `loggers/0`. */
function nameOf(path: string): string {
  const steps = path.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = steps.at(-1) ?? ''
  if (last === '') return 'the configuration'
  return /^\d+$/.test(last) ? `${steps.at(-2) ?? ''}/${last}` : printable(last)
}

function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}

/** In double quotes, control characters escaped, cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text))
}

function printable(text: string): string {
  return quoted(text).slice(1, -1)
}

/** Cut where it is long. */
export function shortened(text: string): string {
  return text.length <= QUOTED ? text : `${text.slice(0, QUOTED)}…`
}
