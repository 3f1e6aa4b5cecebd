// Registers the command `daemon-summary`: one table with the version and the state of every daemon.
//
//   "hooks-libraries": [ {
//     "library": "/etc/kea/handlers/daemon-summary.mjs",
//     "parameters": { "services": [ "dhcp4", "dhcp6", "d2" ] }
//   } ]
//
// { "command": "daemon-summary" } answers, for each service, whether it answered, its version, and for how many
// seconds it has been running and using its present configuration. It asks with the rights of the caller.

/** @type {import('keagate').HandlerModule['parameters']} */
export const parameters = {
  type: 'object',
  properties: { services: { type: 'array', items: { type: 'string' }, minItems: 1, uniqueItems: true } },
  required: ['services'],
  additionalProperties: false,
}

/** @type {import('keagate').HandlerModule['load']} */
export function load({ parameters, ask }) {
  const services = /** @type {string[]} */ (parameters.services)

  /** @param {import('keagate').ReceivedCommand} command */
  async function summary(command) {
    const [versions, states] = await Promise.all([
      ask(command, 'version-get', services),
      ask(command, 'status-get', services),
    ])
    /** @type {(service: string, index: number) => { readonly [key: string]: import('keagate').Json }} */
    const row = (service, index) => {
      const version = versions[index]
      if (version === undefined || version.result !== 0) {
        return { service, answers: false, reason: version?.text ?? 'no answer' }
      }
      const { uptime = null, reload = null } = /** @type {{ [key: string]: import('keagate').Json }} */ (
        states[index]?.arguments ?? {}
      )
      return { service, answers: true, version: version.text ?? '', uptime, reload }
    }
    const daemons = services.map(row)
    const down = daemons.filter(({ answers }) => !answers).length
    const text = down === 0 ? 'every daemon answers' : `${down} of ${daemons.length} daemons do not answer`
    return { result: down === 0 ? 0 : 1, text, arguments: { daemons } }
  }

  return { commands: { 'daemon-summary': { access: 'read', run: summary } } }
}
