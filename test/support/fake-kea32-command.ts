// What a daemon of Kea 3.2 and later makes of a request body at its own HTTP(S) listener, as seen with kea-dhcp4 3.3.0.
// Its refusals of `service` are what a client of keagate must never see.

export type Kea32Service = 'dhcp4' | 'dhcp6'

export interface Kea32Answer {
  readonly result: number
  readonly text: string
  readonly arguments?: unknown
}

/** Members that a command may have at its top level. */
const known: ReadonlySet<string> = new Set(['command', 'service', 'arguments', 'remote-address'])

/**
 * JSON without comments; Kea forgives some commas and signs besides, which no test needs. Nothing at all is null.
 * @throws SyntaxError
 */
export function parseKea32Body(body: string): unknown {
  return body === '' ? null : JSON.parse(body)
}

/** @param body what `parseKea32Body` returned. @param own the service of the daemon */
export function answerAsKea32(body: unknown, own: Kea32Service): Kea32Answer {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return failure('the command is not a map')
  const command = new Map(Object.entries(body as Readonly<Record<string, unknown>>))
  const name = command.get('command')
  if (typeof name !== 'string') return failure("the command has no 'command' member that is a string")
  const foreign = [...command.keys()].find((key) => !known.has(key))
  if (foreign !== undefined) return failure(`the command has the unsupported parameter '${foreign}'`)
  const refusal = command.has('service') ? serviceRefusal(command.get('service'), own) : null
  return refusal === null ? run(name) : failure(refusal)
}

/** The beginnings of all texts of `serviceRefusal`. */
export const serviceRefusalText = /^(service value |service name |unsupported service )/

/** Why a `service` is refused; null: it is taken. */
function serviceRefusal(service: unknown, own: Kea32Service): string | null {
  if (!Array.isArray(service)) return 'service value must be a list'
  if (service.length > 1) return 'service value has more than one item'
  const name: unknown = service.length === 0 ? '' : service[0]
  if (typeof name !== 'string') return 'service name must be a string'
  return name === '' || name === own ? null : `unsupported service '${name}', expected '${own}'`
}

function run(name: string): Kea32Answer {
  switch (name) {
    case 'version-get':
      return { result: 0, text: '3.3.0', arguments: { extended: '3.3.0' } }
    case 'list-commands':
      return { result: 0, text: '', arguments: ['list-commands', 'statistic-get-all', 'version-get'] }
    default:
      return { result: 2, text: `'${name}' command not supported.` }
  }
}

function failure(text: string): Kea32Answer {
  return { result: 1, text }
}
