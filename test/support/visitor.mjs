// A client in a process of its own: 20 commands a second, in turns one of the agent and one of a daemon, until SIGTERM.
// Usage: visitor.mjs PORT ADDRESS USER:PASSWORD|"" CA-FILE|""

import http from 'node:http'
import https from 'node:https'
import { readFileSync } from 'node:fs'
const [port, localAddress, auth, ca] = process.argv.slice(2)
const trust = ca === '' ? {} : { ca: readFileSync(ca), servername: 'localhost' }
const client = ca === '' ? http : https
const agent = new client.Agent({ keepAlive: true })
const headers = { 'content-type': 'application/json' }
const bodies = ['{ "command": "version-get" }', '{ "command": "config-hash-get", "service": [ "dhcp4" ] }']
const times = []
const failures = []
const where = { host: '127.0.0.1', port, method: 'POST', localAddress, headers, ...trust, ...(auth === '' ? {} : { auth }) }

/** Notes how long a command took, over a new connection or the one that is kept. */
const ask = (body, fresh) => new Promise((resolve) => {
  const begin = performance.now()
  const end = (problem) => {
    times.push(performance.now() - begin)
    if (problem !== null) failures.push(problem)
    resolve()
  }
  const request = client.request({ ...where, agent: fresh ? false : agent }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (part) => (text += part))
    response.on('end', () => {
      const good = response.statusCode === 200 && /"result": 0/.test(text)
      end(good ? null : `${response.statusCode} ${text}`)
    })
  })
  request.on('error', (error) => end(String(error)))
  request.end(body)
})
let stopping = false
process.on('SIGTERM', () => (stopping = true))
await ask(bodies[0], false)
times.length = 0
console.log('ready')
const asked = []
for (let i = 0; !stopping; i++) {
  // Every fifth over a new connection.
  asked.push(ask(bodies[i % 2], i % 5 === 4))
  await new Promise((resolve) => setTimeout(resolve, 50))
}
await Promise.all(asked)
times.sort((a, b) => a - b)
const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))]
const figures = { p50: at(0.5), p99: at(0.99), worst: at(1) }
console.log(`report ${JSON.stringify({ count: times.length, failures: failures.slice(0, 5), ...figures })}`)
process.exit()
