// A real Prometheus scrapes the built program, loads the alert rules, and every query of dashboard and rules finds
// series.

import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { parse } from 'yaml'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { startChild } from '../support/child.ts'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import { FakeHttpDaemon, replying } from '../support/fake-http-daemon.ts'
import { executable, skipWithout } from '../kea/installed.ts'
import { freePort, startProgram, temporaryDirectory } from '../support/program.ts'

/** Milliseconds between two looks at what Prometheus has scraped. */
const pace = 200

const folder = join(import.meta.dirname, '../../config/monitoring')

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[]
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[]
}

// The files are our own.
const dashboard = JSON.parse(readFileSync(join(folder, 'dashboard.json'), 'utf8')) as Dashboard
const rules = (parse(readFileSync(join(folder, 'alerts.yml'), 'utf8')) as Rules).groups.flatMap((group) => group.rules)
const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

/** The same rule without what it is compared to: what it looks at, whether or not it is bad. */
function lookedAt(expr: string): string {
  return expr.trim().replace(/^0 < /, '').replace(/ (?:[<>]=?|==) [\d.* ]+$/, '')
}

t.test('queries find series', { skip: skipWithout('prometheus') }, async (t) => {
  const directory = temporaryDirectory(t)
  const certificates = temporaryDirectory(t)
  await makeTestCertificates(certificates)
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const [monitoring, behindBalancer, web] = [await freePort(), await freePort(), await freePort()]
  const file = (name: string): string => join(certificates, name)
  const secure = await FakeHttpDaemon.listen(t, replying('[ { "result": 0 } ]'), {
    cert: readFileSync(file('server.crt')), key: readFileSync(file('server.key')),
  })
  const other = await startProgram(t, {
    'proxy-protocol': true, 'trusted-proxies': ['127.0.0.1'], monitoring: { 'http-port': behindBalancer },
  })
  const program = await startProgram(t, {
    'trust-anchor': file('ca.crt'), 'cert-file': file('server.crt'), 'key-file': file('server.key'), 'cert-required': false,
    'control-sockets': {
      dhcp4: { 'socket-name': daemon.path }, dhcp6: { 'socket-name': '/nonexistent/socket' },
      d2: { 'socket-type': 'https', 'socket-address': '127.0.0.1', 'socket-port': secure.port, 'trust-anchor': file('ca.crt') },
    },
    'access-control': { 'assign-role-method': 'remote-address', roles: [{ name: '127.0.0.1', 'accept-commands': 'READ' }] },
    monitoring: { 'http-port': monitoring },
  })
  writeFileSync(join(directory, 'prometheus.yml'), readFileSync(join(folder, 'prometheus.yml'), 'utf8')
    .replace('"127.0.0.1:8001"', `"127.0.0.1:${monitoring}", "127.0.0.1:${behindBalancer}"`).replace('15s', '1s').replace('alerts.yml', join(folder, 'alerts.yml')))
  const prometheus = startChild(t, executable('prometheus'), [
    `--config.file=${join(directory, 'prometheus.yml')}`, `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${web}`,
  ])
  await prometheus.waitFor(/Server is ready to receive web requests/)
  const query = async (
    expr: string,
  ): Promise<readonly { readonly metric: unknown; readonly value: readonly [number, string] }[]> => {
    const response = await fetch(
      `http://127.0.0.1:${web}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`,
    )
    const answer = (await response.json()) as { status: string; error?: string; data: { result: [] } }
    if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error ?? ''}`)
    return answer.data.result
  }
  const ca = readFileSync(file('ca.crt'))
  const send = async (command: string, service: string): Promise<void> => {
    const body = JSON.stringify({ command, service: [service] })
    const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length }
    const request = https.request({ host: '127.0.0.1', port: program.port, method: 'POST', ca, headers, agent: false }).end(body)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.resume()
    await once(response, 'end')
  }
  // What was counted before the first scrape is no increase.
  while ((await query('up{job="keagate"} == 1')).length < 2) await setTimeout(pace)
  for (const command of ['lease4-get-all', 'lease4-del']) for (const service of ['dhcp4', 'dhcp6']) await send(command, service)
  await send('version-get', 'd2')
  t.equal((await fetch(`http://127.0.0.1:${program.port}/`)).status, 400)
  await t.rejects(fetch(`http://127.0.0.1:${other.port}/`), 'no PROXY header')
  // A rate takes two scrapes.
  for (const name of ['keagate_access_refusals_total', 'keagate_tls_failures_total', 'keagate_daemon_failures_total', 'keagate_proxy_headers_rejected_total']) {
    while ((await query(`rate(${name}[1m])`)).length === 0) await setTimeout(pace)
  }
  for (const expr of queries) {
    const asked = expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*')
    t.not((await query(asked)).length, 0, asked)
  }
  for (const { alert, expr } of rules) t.not((await query(lookedAt(expr))).length, 0, `${alert}: ${lookedAt(expr)}`)
  const response = await fetch(`http://127.0.0.1:${web}/api/v1/rules`)
  const { data } = (await response.json()) as { data: { groups: { rules: { health: string }[] }[] } }
  t.equal(data.groups[0]?.rules.length, rules.length, 'all rules are loaded')
})
