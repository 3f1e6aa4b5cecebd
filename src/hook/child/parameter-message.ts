// Turns Ajv's errors in the parameters of a handler module into sentences, like those for the configuration itself.
// Values are not quoted: they may be secrets. The schema is the module's own, so any keyword of JSON Schema may be in
// it.

import type { ErrorObject } from 'ajv'
import { nearestWord } from '../../config/schema/suggestions.ts'

/** The members of a schema that are read here; they may hold anything. */
interface SchemaPart {
  readonly description?: unknown
  readonly properties?: unknown
  readonly type?: unknown
}

/**
 * What is wrong, and what would be right.
 * @param root what the value as a whole is called, such as `parameters`
 * @returns null where another error of the same value says it already
 */
export function parameterMessage(error: ErrorObject, root: string): string | null {
  const schema = (error.parentSchema ?? {}) as SchemaPart
  const name = `${root}${error.instancePath}`
  const { params } = error as { readonly params: Readonly<Record<string, unknown>> }
  const limit = String(params['limit'])
  switch (error.keyword) {
    case 'type':
      return `${name} must be ${nounOf(params['type'])}, not ${kindOf(error.data)}`
    case 'required':
    case 'dependencies':
    case 'dependentRequired':
      return missing(name, params['missingProperty'], schema)
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknown(name, params['additionalProperty'] ?? params['unevaluatedProperty'], schema)
    case 'propertyNames':
      return `${name} has the keyword ${quoted(params['propertyName'])}, which is not among those it may have`
    case 'enum':
      return `${name} must be ${listed(params['allowedValues'])}`
    case 'const':
      return `${name} must be ${quoted(params['allowedValue'])}`
    case 'minimum':
      return `${name} must be at least ${limit}`
    case 'maximum':
      return `${name} must be at most ${limit}`
    case 'exclusiveMinimum':
      return `${name} must be more than ${limit}`
    case 'exclusiveMaximum':
      return `${name} must be less than ${limit}`
    case 'multipleOf':
      return `${name} must be a multiple of ${String(params['multipleOf'])}`
    case 'minLength':
      return limit === '1' ? `${name} must not be empty` : `${name} is shorter than ${limit} characters`
    case 'maxLength':
      return `${name} is longer than ${limit} characters`
    case 'minItems':
      return limit === '1' ? `${name} must not be empty` : `${name} has less than ${limit} elements`
    case 'maxItems':
    case 'additionalItems':
    case 'unevaluatedItems':
      return `${name} has more than ${limit} elements`
    case 'minProperties':
      return `${name} has less than ${limit} members`
    case 'maxProperties':
      return `${name} has more than ${limit} members`
    case 'uniqueItems':
      return `${name} has the same element twice`
    case 'pattern':
      return `${name} is not of the form ${quoted(params['pattern'])}${meaning(schema)}`
    case 'contains':
      return `${name} lacks an element that it must have${meaning(schema)}`
    case 'false schema':
      return `${name} is not allowed here`
    // What the `then` or `else` part finds wrong is an error of its own.
    case 'if':
      return null
    case 'anyOf':
    case 'oneOf':
      return `${name} fits ${error.keyword === 'oneOf' ? 'not exactly one' : 'none'} of the forms that it may have`
    default:
      return `${name} is not as the module wants it ("${error.keyword}" in its schema)${meaning(schema)}`
  }
}

/** A keyword that is there, but misspelled, is named twice: as missing, and with the right word. */
function missing(name: string, keyword: unknown, schema: SchemaPart): string {
  const described = meaning(memberOf(schema.properties, String(keyword)))
  return `${name}: ${quoted(keyword)} is missing${described}`
}

function unknown(name: string, keyword: unknown, { properties }: SchemaPart): string {
  const known = typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
  const near = nearestWord(String(keyword), known)
  const others = known.length === 0 ? '; remove it' : `; there is only ${known.slice(0, maxNames).join(', ')}`
  return `${name}: unknown keyword ${quoted(keyword)}${near === null ? others : `; did you mean "${near.word}"?`}`
}

/** How many keywords are listed. */
const maxNames = 20

/** How many characters of a word are quoted. */
const maxQuoted = 60

function meaning(schema: unknown): string {
  const { description } = (typeof schema === 'object' && schema !== null ? schema : {}) as SchemaPart
  return typeof description === 'string' && description !== '' ? `; it gives ${description.slice(0, 200)}` : ''
}

function memberOf(map: unknown, key: string): unknown {
  return typeof map === 'object' && map !== null && Object.hasOwn(map, key) ? Reflect.get(map, key) : null
}

function nounOf(type: unknown): string {
  const types = [type].flat().map(String)
  return types.map((each) => nouns.get(each) ?? each).join(' or ')
}

const nouns: ReadonlyMap<string, string> = new Map([
  ['object', 'a map'],
  ['array', 'a list'],
  ['string', 'a string'],
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
])

function kindOf(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`
}

function listed(values: unknown): string {
  const words = (Array.isArray(values) ? values : []).slice(0, maxNames).map(quoted)
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}

function quoted(value: unknown): string {
  // Declared as a string; undefined for what JSON cannot write.
  const text = (JSON.stringify(value) as string | undefined) ?? 'what it must'
  return text.length <= maxQuoted ? text : `${text.slice(0, maxQuoted)}…`
}
