// Control sockets with host names, on the built program: looked up for each connection, never a reason not to start.

import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import t from 'tap'
import type { Test } from 'tap'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'

async function daemonAt(t: Test, address: string, port = 0): Promise<number> {
  const server = http.createServer((request, response) => {
    request.resume().once('end', () => {
      // As Kea after an error: the next command comes over a new connection.
      response.writeHead(200, { 'Content-Type': 'application/json', Connection: 'close' })
      response.end(`[ { "result": 0, "text": "${address}" } ]`)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, address, resolve))
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

async function ask(port: number, service: string): Promise<unknown> {
  const body = JSON.stringify({ command: 'version-get', service: [service] })
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
  return response.json()
}

t.test('a name without an address is an answer, and no reason not to start', async (t) => {
  const port = await daemonAt(t, '127.0.0.1')
  const program = await startProgram(t, { 'control-sockets': {
    here: { 'socket-type': 'http', 'socket-address': 'localhost', 'socket-port': port },
    nowhere: { 'socket-type': 'http', 'socket-address': 'no-such-host.invalid', 'socket-port': port },
  } })
  t.match(await ask(program.port, 'here'), [{ result: 0, text: '127.0.0.1' }])
  t.match(await ask(program.port, 'nowhere'), [{ result: 1, text: /service nowhere: Host not found.*; server is likely to be offline$/ }])
  await program.waitFor(/KEAGATE_CONTROL_SOCKET_MISSING .*no-such-host\.invalid.*nowhere.*Host not found/)
})

const namespaces = spawnSync('unshare', ['-rm', 'true']).status === 0

t.test('a changed address is taken with the next connection', { skip: namespaces ? false : 'no mount namespaces here' }, async (t) => {
  const port = await daemonAt(t, '127.0.0.2')
  await daemonAt(t, '127.0.0.3', port)
  const hosts = path.join(temporaryDirectory(t), 'hosts')
  writeFileSync(hosts, '127.0.0.2 kea-fra1.example\n')
  const script = 'mount --bind "$0" /etc/hosts && exec "$@"'
  const program = await startProgram(t, { 'control-sockets': {
    fra1: { 'socket-type': 'http', 'socket-address': 'kea-fra1.example', 'socket-port': port },
  } }, { executable: 'unshare', args: ['-rm', 'sh', '-c', script, hosts, process.execPath, mainFile] })
  t.match(await ask(program.port, 'fra1'), [{ text: '127.0.0.2' }])
  writeFileSync(hosts, '127.0.0.3 kea-fra1.example\n')
  t.match(await ask(program.port, 'fra1'), [{ text: '127.0.0.3' }])
})

t.test('over the network a name may be set where it is in use, and no other but localhost', async (t) => {
  const socket = { 'socket-type': 'http', 'socket-address': 'kea.example', 'socket-port': 8004 }
  const agent = { 'control-sockets': { dhcp4: socket } }
  const program = await startProgram(t, agent)
  const test = async (address: string): Promise<unknown> => {
    const configuration = { 'http-port': program.port, 'control-sockets': { dhcp4: { ...socket, 'socket-address': address } } }
    const response = await fetch(`http://127.0.0.1:${program.port}/`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ command: 'config-test', arguments: { 'Control-agent': configuration } }),
    })
    return response.json()
  }
  t.match(await test('kea.example'), [{ result: 0 }])
  t.match(await test('localhost'), [{ result: 0 }])
  t.match(await test('evil.example'), [{ result: 1, text: /evil\.example is another machine, which is not allowed/ }])
  t.match(await test('192.0.2'), [{ result: 1, text: /"192\.0\.2", which is neither an IP address nor a host name/ }])
})
