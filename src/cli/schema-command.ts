// `keagate schema`: the JSON schema of the configuration file, so that editors complete and check it.

import { escapeForLog } from '../log/escape.ts'
import { configSchema } from '../config/schema/schema.ts'
import { asksForHelp } from './words.ts'

const usage = 'Usage: keagate schema        prints the JSON schema of the configuration file\n'

/** Writes the schema, in draft-07 of JSON Schema. Resolves to the exit code. */
export async function schemaCommand(
  words: readonly string[],
  { stdout, stderr }: { readonly stdout: NodeJS.WritableStream; readonly stderr: NodeJS.WritableStream },
): Promise<number> {
  if (asksForHelp(words)) {
    stdout.write(usage)
    return Promise.resolve(0)
  }
  if (words.length > 0) {
    stderr.write(`keagate schema: unexpected word ${escapeForLog(words[0] ?? '')}\n\n${usage}`)
    return Promise.resolve(1)
  }
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...configSchema }
  stdout.write(`${JSON.stringify(schema, null, 2)}\n`)
  return Promise.resolve(0)
}
