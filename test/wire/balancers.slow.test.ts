// Two replicas behind real balancers: HAProxy that passes mutual TLS through with the PROXY protocol, and nginx that
// speaks HTTP and writes X-Forwarded-For. One replica stops under load; clients are known by their own addresses.

import { writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import { executable, skipWithout } from '../kea/installed.ts'
import { startChild } from '../support/child.ts'
import type { Front } from '../support/front.ts'
import { startFront } from '../support/front.ts'
import { freePort, temporaryDirectory } from '../support/program.ts'
import { basic } from '../support/raw-client.ts'

/** Where the balancer connects from, and the network of the clients that may read. */
const balancer = '127.0.0.2'
const readers = '127.0.1.0/24'

const [user, password] = ['stork', 'right']
const members = {
  'trusted-proxies': [balancer],
  authentication: { clients: [{ user, password }], 'lock-out': { failures: 3, 'window-seconds': 60 } },
}

interface Reply {
  readonly status: number
  /** Why there is no status. */
  readonly problem: string | null
}

interface Ask {
  readonly from: string
  readonly password?: string
  readonly headers?: Readonly<Record<string, string>>
}

type Balanced = (ask: Ask) => Promise<Reply>

/** One command over a connection of its own. */
function asker(port: number, tls: https.RequestOptions | null): Balanced {
  return ({ from, password: given = password, headers = {} }) => new Promise((resolve) => {
    const body = '{ "command": "list-commands", "service": [ "dhcp4" ] }'
    const options = {
      host: '127.0.0.1', port, localAddress: from, method: 'POST', agent: false,
      headers: {
        'Content-Type': 'application/json', 'Content-Length': body.length, Connection: 'close',
        Authorization: basic(user, given), ...headers,
      },
    }
    const answered = (response: http.IncomingMessage): void => {
      response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, problem: null }))
      response.on('error', ({ message }) => resolve({ status: 0, problem: message }))
    }
    const request = tls === null ? http.request(options, answered) : https.request({ ...options, ...tls }, answered)
    request.on('error', ({ message }) => resolve({ status: 0, problem: message }))
    request.end(body)
  })
}

const clients = 32

/** Commands that each client has answered before one replica is stopped, and again from then on. */
const rounds = 4

/** Clients with an address each send one command after the other; one replica is stopped under them. */
async function loadWhileOneStops(t: Test, ask: Balanced, [one, other]: readonly [Front, Front]): Promise<void> {
  const problems: string[] = []
  const answered = new Array<number>(clients).fill(0)
  const total = (): number => answered.reduce((sum, count) => sum + count, 0)
  let ended = false
  const loops = answered.map(async (_, index) => {
    while (!ended) {
      const { status, problem } = await ask({ from: `127.0.1.${index + 1}` })
      if (status === 200) answered[index] = (answered[index] ?? 0) + 1
      else problems.push(problem ?? String(status))
    }
  })
  const everyOne = async (least: readonly number[]): Promise<void> => {
    while (problems.length === 0 && answered.some((count, index) => count < (least[index] ?? 0))) await setTimeout(20)
  }
  await everyOne(answered.map(() => rounds))
  const before = [...answered]
  const [begin, sum] = [performance.now(), total()]
  t.equal(await one.program.stop('SIGTERM'), 0)
  const stopTime = Math.round(performance.now() - begin)
  await everyOne(before.map((count) => count + rounds))
  ended = true
  await Promise.all(loops)
  const failed = problems.join(', ') || 'none'
  t.comment(`${sum} commands, then ${total() - sum} more; stopped within ${stopTime} ms; failed: ${failed}`)
  t.same(problems, [])
  const records = [one, other].map((front) => front.audit())
  t.equal(new Set(records[1]?.map(({ address }) => address)).size, clients, 'each client is known by its own address')
  for (const audit of records) {
    t.ok(audit.length > clients)
    t.ok(audit.every((record) => record.proxy === balancer && record.role === readers && record.user === user))
  }
  t.equal(records.flat().length, total(), 'each answered command has its one record')
}

/** Roles and lock-out go by the address of the client, not by that of the balancer. */
async function tellsClientsApart(t: Test, ask: Balanced, front: Front): Promise<void> {
  t.equal((await ask({ from: '127.0.1.9' })).status, 200)
  t.equal((await ask({ from: '127.0.2.9' })).status, 403)
  t.match(front.audit().at(-1), { address: '127.0.2.9', proxy: balancer, decision: 'refused' })
  for (let failure = 0; failure < 3; failure++) t.equal((await ask({ from: '127.0.1.66', password: 'wrong' })).status, 401)
  t.equal((await ask({ from: '127.0.1.66' })).status, 429)
  t.match(front.audit().at(-1), { address: '127.0.1.66', proxy: balancer, 'attempted-user': user })
  t.equal((await ask({ from: '127.0.1.9' })).status, 200, 'no other client is locked out')
  await front.program.waitFor(/KEAGATE_LOCKED_OUT attempts from 127\.0\.1\.66 through 127\.0\.0\.2 refused/)
}

t.test('HAProxy in TCP mode, PROXY 2, mutual TLS', { skip: skipWithout('haproxy'), timeout: 120_000 }, async (t) => {
  const directory = temporaryDirectory(t)
  const authority = await makeAuthority('a')
  const [server, own] = [await makeServer(authority), await makeClient(authority)]
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(directory, name), text, { mode: 0o600 })
    return path.join(directory, name)
  }
  const tlsMembers = {
    'cert-file': file('s.crt', server.certificate), 'key-file': file('s.key', server.key),
    'trust-anchor': file('ca.crt', authority.certificate),
  }
  const start = (): Promise<Front> => startFront(t, { ...members, ...tlsMembers, 'proxy-protocol': true }, readers)
  const fronts = [await start(), await start()] as const
  const port = await freePort()
  const line = (front: Front, name: string): string =>
    `server ${name} 127.0.0.1:${front.port} source ${balancer} send-proxy-v2 check check-send-proxy inter 500ms`
  const config = file('haproxy.cfg', `
defaults
  mode tcp
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  retries 3
  option redispatch 1
frontend agents
  bind 127.0.0.1:${port}
  default_backend replicas
backend replicas
  balance roundrobin
  ${line(fronts[0], 'one')}
  ${line(fronts[1], 'other')}
`)
  const quiet = fronts.map(({ program }) => program.output())
  startChild(t, executable('haproxy'), ['-db', '-f', config])
  const ask = asker(port, { cert: own.certificate, key: own.key, ca: authority.certificate, servername: 'localhost' })
  await setTimeout(2000)
  t.same(fronts.map(({ program }) => program.output()), quiet, 'checks of the balancer are not in the log')
  await loadWhileOneStops(t, ask, fronts)
  await tellsClientsApart(t, ask, fronts[1])
})

t.test('nginx as HTTP proxy, X-Forwarded-For', { skip: skipWithout('nginx'), timeout: 120_000 }, async (t) => {
  const directory = temporaryDirectory(t)
  const fronts = [await startFront(t, members, readers), await startFront(t, members, readers)] as const
  const port = await freePort()
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const file = path.join(directory, 'nginx.conf')
  writeFileSync(file, `
daemon off;
pid nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  ${folders.map((name) => `${name}_temp_path ${name};`).join('\n  ')}
  upstream replicas {
    server 127.0.0.1:${fronts[0].port};
    server 127.0.0.1:${fronts[1].port};
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://replicas;
      proxy_bind ${balancer};
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header Forwarded "";
    }
  }
}
`)
  const child = startChild(t, executable('nginx'), ['-p', directory, '-c', file, '-e', 'stderr'])
  await child.waitFor(/start worker process /)
  const ask = asker(port, null)
  await loadWhileOneStops(t, ask, fronts)
  await tellsClientsApart(t, ask, fronts[1])
  for (const headers of [
    { 'X-Forwarded-For': '127.0.1.9' }, { 'X-Forwarded-For': '127.0.0.2, 127.0.1.9' }, { Forwarded: 'for=127.0.1.9' },
    { Forwarded: 'for="' }, { 'X-Forwarded-For': '127.0.1.9', Forwarded: 'for=127.0.1.9' },
  ] satisfies Record<string, string>[]) {
    t.equal((await ask({ from: '127.0.2.9', headers })).status, 403, JSON.stringify(headers))
    t.match(fronts[1].audit().at(-1), { address: '127.0.2.9', proxy: balancer })
  }
})
