// nginx in front of the agent, as people put it there: plain, and with a client certificate of its own to a mutual-TLS
// agent. Its defaults are kept: HTTP/1.0 to the upstream, TLS sessions resumed.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Owner } from '../support/child.ts'
import { startChild } from '../support/child.ts'
import type { Door } from '../kea/door.ts'
import { password, user, wayName } from '../kea/door.ts'
import { executable, skipWithout } from '../kea/installed.ts'
import { freePort, temporaryDirectory } from '../support/program.ts'
import { answerToClient, command, openDoors } from './doors.ts'

t.test('nginx', { skip: skipWithout('nginx') }, async (t) => {
  const { all: doors } = await openDoors(t)
  const kept = 'proxy_http_version 1.1; proxy_set_header Connection "";'
  const settings = {
    'with its defaults': '',
    'in TLS 1.3': 'proxy_ssl_protocols TLSv1.3;',
    'keeping connections open': kept,
  }
  for (const [name, directives] of Object.entries(settings)) {
    const ports = await startNginx(t, doors, directives)
    for (const door of doors) {
      await t.test(`${name}, ${wayName(door.way)}: five of five requests are answered`, async (t) => {
        const url = `http://127.0.0.1:${ports.get(door) ?? 0}/`
        for (let turn = 0; turn < 5; turn++) {
          const credentials = Buffer.from(`${user}:${password}`).toString('base64')
          const headers = {
            'Content-Type': 'application/json',
            ...(door.way.basic ? { Authorization: `Basic ${credentials}` } : {}),
          }
          const response = await fetch(url, { method: 'POST', headers, body: command })
          t.equal(response.status, 200)
          t.equal(await response.text(), answerToClient)
        }
      })
    }
  }
})

/** Starts an nginx with one listener for each door; gives their ports. */
async function startNginx(
  owner: Owner,
  doors: readonly Door[],
  directives: string,
): Promise<ReadonlyMap<Door, number>> {
  const directory = temporaryDirectory(owner)
  const ports = new Map<Door, number>()
  for (const door of doors) ports.set(door, await freePort())
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const configuration = `
    daemon off;
    pid nginx.pid;
    error_log stderr notice;
    events {}
    http {
      access_log off;
      ${folders.map((name) => `${name}_temp_path ${name};`).join('\n')}
      ${doors.map((door, index) => server(door, ports.get(door) ?? 0, index, directives)).join('\n')}
    }`
  const file = path.join(directory, 'nginx.conf')
  writeFileSync(file, configuration)
  const child = startChild(owner, executable('nginx'), ['-p', directory, '-c', file, '-e', 'stderr'])
  await child.waitFor(/start worker process /)
  return ports
}

function server(door: Door, port: number, index: number, directives: string): string {
  const tls = [
    ...(door.ca === null ? [] : [`proxy_ssl_trusted_certificate ${door.ca};`, 'proxy_ssl_verify on;']),
    ...(door.client === null
      ? []
      : [`proxy_ssl_certificate ${door.client.cert};`, `proxy_ssl_certificate_key ${door.client.key};`]),
    'proxy_ssl_name localhost;',
    'proxy_ssl_session_reuse on;',
  ]
  return `
    upstream agent${index} { server 127.0.0.1:${door.port}; keepalive 2; }
    server {
      listen 127.0.0.1:${port};
      location / {
        proxy_pass ${door.ca === null ? 'http' : 'https'}://agent${index};
        ${tls.join('\n')}
        ${directives}
      }
    }`
}
