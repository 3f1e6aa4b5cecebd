// Asking daemons what they are: few at a time, at the first contact and after a restart, and not those that are down.

import t from 'tap'
import { Inquiries } from '../../src/forward/inquiries.ts'
import { MeasuredUpstream } from '../../src/forward/measured-upstream.ts'
import { UpstreamStats } from '../../src/forward/upstream-stats.ts'
import type { Transport, UpstreamResult } from '../../src/forward/upstream.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'

interface Asked {
  readonly commands: string[]
  open: number
  mostOpen: number
  closed: number
  answer: (command: string) => UpstreamResult
}

function transport(asked: Asked, sentService: Transport['sentService'] = 'none'): Transport {
  return {
    address: 'x', sentService, retire: () => undefined, probe: () => Promise.resolve(null),
    load: () => ({ inFlight: 0, waiting: 0 }),
    send: async (command) => {
      asked.commands.push(rawToString(command))
      asked.mostOpen = Math.max(asked.mostOpen, ++asked.open)
      await new Promise((resolve) => setImmediate(resolve))
      asked.open--
      return asked.answer(rawToString(command))
    },
    close: () => {
      asked.closed++
    },
  }
}

function good(command: string): UpstreamResult {
  const text = command.includes('version-get') ? '{"result":0,"text":"2.2.0"}' : '{"result":0,"arguments":{"pid":1,"uptime":2}}'
  return { ok: true, answer: rawJson(text) }
}

function asking(): Asked {
  return { commands: [], open: 0, mostOpen: 0, closed: 0, answer: good }
}

function upstreamOf(asked: Asked, sentService?: Transport['sentService']): MeasuredUpstream {
  const openForInquiry = (): Transport => transport(asked, sentService)
  return new MeasuredUpstream(openForInquiry(), new UpstreamStats(), { host: null, credentials: null, openForInquiry })
}

async function quiet(): Promise<void> {
  for (let turn = 0; turn < 400; turn++) await new Promise((resolve) => setImmediate(resolve))
}

t.test('each daemon that is up is asked once, a few at a time, and those that are down never', async (t) => {
  const asked = asking()
  const upstreams = Array.from({ length: 500 }, () => upstreamOf(asked))
  for (const [index, { stats }] of upstreams.entries()) stats.recordProbe(index < 450 ? 'Connection refused' : null, Date.now())
  const inquiries = new Inquiries()
  inquiries.look(() => upstreams)
  await quiet()
  inquiries.look(() => upstreams)
  await quiet()
  t.equal(asked.commands.length, 100, 'two questions for each of fifty')
  t.equal(asked.closed, 50)
  t.ok(asked.mostOpen <= 4)
  t.match(upstreams[499]?.status('x'), { answered: 0, info: { version: '2.2.0', pid: 1 } })
  t.equal(upstreams[0]?.status('x').info, null)
})

t.test('one that was away is asked again', async (t) => {
  const asked = asking()
  const upstream = upstreamOf(asked, { name: 'dhcp4' })
  const inquiries = new Inquiries()
  const look = async (): Promise<void> => {
    inquiries.look(() => [upstream])
    await quiet()
  }
  await look()
  t.equal(asked.commands.length, 0, 'not reached yet')
  upstream.stats.recordProbe(null, Date.now())
  await look()
  t.same(asked.commands, [
    '{ "command": "version-get", "service": [ "dhcp4" ] }', '{ "command": "status-get", "service": [ "dhcp4" ] }',
  ])
  upstream.stats.recordProbe('Connection refused', Date.now())
  upstream.stats.recordProbe(null, Date.now())
  const clock = performance.now.bind(performance)
  t.teardown(() => void (performance.now = clock))
  performance.now = () => clock() + 6000
  await look()
  t.equal(asked.commands.length, 4)
  performance.now = () => clock() + 600_000
  await look()
  t.equal(asked.commands.length, 4, 'not within ten minutes')
  performance.now = () => clock() + 660_000
  await look()
  t.equal(asked.commands.length, 6)
})

t.test('one that does not answer is asked one question, and a minute later again', async (t) => {
  const asked = asking()
  asked.answer = () => ({ ok: false, offline: true, reason: 'hangs', sent: true })
  const upstream = upstreamOf(asked)
  upstream.stats.recordProbe(null, Date.now())
  const inquiries = new Inquiries()
  inquiries.look(() => [upstream])
  await quiet()
  inquiries.look(() => [upstream])
  await quiet()
  t.equal(asked.commands.length, 1)
  t.match(upstream.status('x'), { failed: 0, reachable: true, info: null })
})
