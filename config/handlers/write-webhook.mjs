// Reports every command that changes something to a web server: the caller, the services and the results.
//
//   "hooks-libraries": [ {
//     "library": "/etc/kea/handlers/write-webhook.mjs",
//     "parameters": { "url": "https://hooks.example.org/kea", "timeout-seconds": 5 }
//   } ]
//
// It observes: a web server that is slow or down delays no command, and what it misses is in the log. The arguments of
// the command are not sent, since they may hold passwords.

/** @type {import('keagate').HandlerModule['parameters']} */
export const parameters = {
  type: 'object',
  properties: {
    url: { type: 'string', pattern: '^https?://' },
    'timeout-seconds': { type: 'integer', minimum: 1, maximum: 60 },
  },
  required: ['url'],
  additionalProperties: false,
}

/** Reports on their way at once; of more, the log has the commands. */
const mostAtOnce = 100

/** @type {import('keagate').HandlerModule['load']} */
export function load({ parameters, log }) {
  const url = String(parameters.url)
  const timeout = 1000 * Number(parameters['timeout-seconds'] ?? 5)
  let onTheirWay = 0

  return {
    /** @param {import('keagate').ProcessedCommand} command */
    async commandProcessed({ name, services, access, caller, results, duration }) {
      // An unknown command may change something too.
      if (access === 'read') return
      if (onTheirWay >= mostAtOnce) {
        log('WARN', `${url} is too slow: ${name} was not reported`)
        return
      }
      onTheirWay++
      try {
        const event = {
          time: new Date().toISOString(),
          command: name,
          services,
          results,
          duration,
          user: caller.user,
          address: caller.remoteAddress,
          subject: caller.tls?.subject ?? null,
        }
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(event),
          signal: AbortSignal.timeout(timeout),
        })
        if (!response.ok) log('WARN', `${url} answered ${response.status} about ${name}`)
      } catch (error) {
        log('WARN', `${url} was not told about ${name}: ${error instanceof Error ? error.message : String(error)}`)
      } finally {
        onTheirWay--
      }
    },
  }
}
