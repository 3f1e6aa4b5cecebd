// Checks the parameters of a handler module against the JSON schema that it brings.

import type { ErrorObject } from 'ajv'
import { describeError } from '../../errors.ts'
import type { Json } from '../api.ts'
import { parameterMessage } from './parameter-message.ts'

/** How many mistakes are named; a wrong list could have thousands. */
const maxMistakes = 10

/**
 * One sentence for each mistake in the values, or in the schema where that is itself wrong. Without a schema there must
 * be no parameters.
 */
export async function parameterMistakes(
  values: { readonly [key: string]: Json },
  schema: { readonly [key: string]: Json } | undefined,
): Promise<string[]> {
  if (schema === undefined) {
    return Object.keys(values).length === 0 ? [] : ['it takes no parameters; remove "parameters"']
  }
  // Loaded late: only modules with parameters need it, and the agent starts without it.
  const { default: ajv } = await import('ajv')
  const checker = new ajv.Ajv({ allErrors: true, strict: false, logger: false, verbose: true, validateSchema: false })
  try {
    if (checker.validateSchema(schema) !== true) return sentences(checker.errors, 'its export "parameters"')
    const validate = checker.compile(schema)
    return validate(values) ? [] : sentences(validate.errors, 'parameters')
  } catch (error) {
    return [`its export "parameters" cannot be used as a JSON schema (draft-07): ${schemaFlaw(error)}`]
  }
}

function schemaFlaw(error: unknown): string {
  const missing = error instanceof Error && 'missingRef' in error ? String(error.missingRef) : null
  return missing === null ? describeError(error) : `its reference "${missing}" leads nowhere`
}

function sentences(errors: readonly ErrorObject[] | null | undefined, root: string): string[] {
  const found = (errors ?? []).flatMap((error) => parameterMessage(error, root) ?? [])
  return found.length === 0 ? [`${root} is not as the schema wants it`] : [...new Set(found)].slice(0, maxMistakes)
}
