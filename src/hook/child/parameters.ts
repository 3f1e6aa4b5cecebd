// Checks the parameters of a handler module against the JSON schema that it brings.

import type { Json } from '../api.ts'

/** A wrong list could have thousands. */
const maxMistakes = 10

/**
 * One sentence a mistake. Without a schema there must be no parameters.
 * @throws Error when the schema itself is wrong
 */
export async function parameterMistakes(
  values: { readonly [key: string]: Json },
  schema: { readonly [key: string]: Json } | undefined,
): Promise<string[]> {
  if (schema === undefined) {
    return Object.keys(values).length === 0 ? [] : ['it takes no parameters; remove "parameters"']
  }
  // Only modules with parameters need it, and the agent starts without.
  const { default: ajv } = await import('ajv')
  const validate = new ajv.Ajv({ allErrors: true, strict: false, logger: false }).compile(schema)
  if (validate(values)) return []
  return (validate.errors ?? []).slice(0, maxMistakes).map(({ instancePath, message, params }) => {
    const more = 'additionalProperty' in params ? ` (${JSON.stringify(params['additionalProperty'])})` : ''
    return `parameters${instancePath} ${message ?? 'is wrong'}${more}`
  })
}
