// Many large answers at once, on connections that stay open: the memory that they pass through is used again, and no
// client ever gets a byte that was meant for another one.

import { readFileSync } from 'node:fs'
import http from 'node:http'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { makeCertificates } from '../kea/certificates.ts'
import { openDoor } from '../kea/door.ts'
import type { Door } from '../kea/door.ts'

/** Bytes: what takes one read, several, one block of memory, and several. */
const sizes = [20_000, 50_000, 150_000, 262_144, 300_000, 1_100_000]
const clients = 10
const rounds = 12

/** An answer whose every part tells whose it is. */
function answerFor(mark: string, size: number): string {
  const item = `"this one is for ${mark}", `
  return `{ "result": 0, "arguments": [ ${item.repeat(Math.ceil(size / item.length))}"end" ] }`
}

/** Writes in pieces of odd sizes, with a pause now and then. */
async function markedDaemon(): Promise<FakeDaemon> {
  return FakeDaemon.listen(async (connection) => {
    const [, mark = '', size = ''] = /"mark-([\d-]+)-size-(\d+)"/.exec((await connection.command()).toString()) ?? []
    const answer = Buffer.from(answerFor(mark, Number(size)))
    const step = 10_000 + ((Number(size) * 31 + mark.length * 7919) % 90_000)
    for (let from = 0; from < answer.length; from += step) {
      await connection.write(answer.subarray(from, from + step))
      if ((from / step) % 5 === 4) await setTimeout(1)
    }
    connection.end()
  })
}

/** @param leave after so many bytes; null: stays to the end. @param pace milliseconds between two reads */
async function ask(
  door: Door,
  agent: http.Agent,
  mark: string,
  size: number,
  leave: number | null,
  pace: number,
): Promise<string> {
  const url = `${door.ca === null ? 'http' : 'https'}://127.0.0.1:${door.port}/`
  const request = (door.ca === null ? http : https).request(url, {
    method: 'POST',
    agent,
    headers: { 'Content-Type': 'application/json' },
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => request.once('response', resolve).once('error', reject))
  request.end(`{ "command": "mark-${mark}-size-${size}", "service": [ "dhcp4" ] }`)
  const response = await answered
  const parts: Buffer[] = []
  let length = 0
  for await (const part of response) {
    parts.push(part as Buffer)
    length += (part as Buffer).length
    if (leave !== null && length > leave) break
    if (pace > 0) await setTimeout(pace)
  }
  return Buffer.concat(parts).toString()
}

for (const mode of ['off', 'server'] as const) {
  t.test(`${mode === 'off' ? 'plain' : 'TLS'}: every client gets its own answer`, async (t) => {
    const daemon = await markedDaemon()
    t.teardown(() => daemon.close())
    const certificates = await makeCertificates(t)
    const door = await openDoor(t, { tls: mode, basic: false }, certificates, { sockets: { dhcp4: daemon.path } })
    const ca = door.ca === null ? undefined : readFileSync(door.ca)
    const agent = mode === 'off' ? new http.Agent({ keepAlive: true }) : new https.Agent({ keepAlive: true, ca })
    t.teardown(() => agent.destroy())
    const client = async (number: number): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        const mark = `${number}-${round}`
        const size = sizes[(number * 5 + round) % sizes.length] ?? 0
        const leaves = (number + round) % 5 === 0
        const expected = `[ ${answerFor(mark, size)} ]`
        const body = await ask(door, agent, mark, size, leaves ? size / 3 : null, number % 4 === 0 ? 2 : 0)
        const right = leaves ? expected.startsWith(body) : body === expected
        if (!right || round === rounds - 1) t.ok(right, `client ${number}, answer ${round} of ${size} bytes`)
      }
    }
    await Promise.all([...new Array(clients).keys()].map(client))
    t.equal(await door.stop(), 0)
  })
}
