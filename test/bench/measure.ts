// One measurement: one line's work through one contestant, once.

import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { run } from '../support/child.ts'
import { ask, checked } from './client.ts'
import { start } from './contestants.ts'
import type { Contestant, Running, Surroundings } from './contestants.ts'
import { forgetPeak, memory, processorSeconds } from './measured.ts'
import type { Daemons, Line, Work } from './work.ts'
import { load } from './wrk.ts'

/** A figure in the line's unit, or in a few words why there is none. */
export interface Sample {
  readonly value: number | string
  /** Share of one processor that the contestant itself used, where work went on for a while. */
  readonly processor?: number
}

export interface Stage {
  /** Where a contestant finds the daemons. */
  around(daemons: Daemons): Surroundings
  /** Seconds of load for one sample. */
  readonly seconds: number
}

const megabyte = 1e6

/** So many that the server, not their waiting, is what limits. */
const handshakeClients = 8

/**
 * Seconds of the same work before a contestant's first sample, and before each later one: a service is not measured
 * while it is compiled, and Node lets go of what it has compiled while others are measured.
 */
const warmUp = { first: 5, later: 2 }

export class Measurer {
  readonly #stage: Stage
  readonly #running = new Map<string, Promise<Running>>()
  readonly #warm = new Set<string>()

  constructor(stage: Stage) {
    this.#stage = stage
  }

  async measure(line: Line, who: Contestant): Promise<Sample> {
    if (who === 'agent' && line.notAgent === true) return { value: 'cannot' }
    try {
      return await this.#work(line, line.work, who)
    } catch (error) {
      return { value: error instanceof Error ? error.message : String(error) }
    }
  }

  #work(line: Line, work: Work, who: Contestant): Promise<Sample> {
    switch (work.kind) {
      case 'load':
        return this.#load(line, work, who)
      case 'answer':
        return this.#answer(line, work.command, who)
      case 'handshakes':
        return this.#handshakes(line, work.session, who)
      case 'beside-hung':
        return this.#besideHung(line, who)
      case 'start':
        return this.#start(line, who)
      case 'memory':
        return this.#memory(line, work.state, who)
    }
  }

  async #load(line: Line, work: Extract<Work, { kind: 'load' }>, who: Contestant): Promise<Sample> {
    const running = await this.#shared(line, who)
    const { directory } = this.#stage.around(line.daemons)
    const from = performance.now()
    const body = (await checked(running, work.command)).body.length
    const once = performance.now() - from
    await load(running, { ...work, seconds: this.#warmUp(line, who) }, directory)
    const before = processorSeconds(running.child.pid)
    // Of answers that take seconds, a few must fit.
    const long = Math.max(this.#stage.seconds, Math.min(8, Math.ceil((once * 20) / 1000)))
    const result = await load(running, { ...work, seconds: long }, directory)
    const { requests, bytes, errors, timeouts } = result
    if (errors > 0 || timeouts > 0) throw new Error(`${errors} errors, ${timeouts} without an answer`)
    const least = body * 0.95 * requests
    if (requests === 0 || bytes < least || bytes > (body * 1.05 + 600) * (requests + work.clients)) {
      throw new Error(`${requests} answers of ${body} bytes cannot be ${bytes} bytes`)
    }
    const seconds = requests / result.perSecond
    return { value: result[work.measured], processor: (processorSeconds(running.child.pid) - before) / seconds }
  }

  /** Of answers so large that one takes long enough to be timed by itself. */
  async #answer(line: Line, command: string, who: Contestant): Promise<Sample> {
    const running = await this.#shared(line, who)
    if (this.#first(line, who)) await ask(running, command)
    const from = performance.now()
    const { status, body } = await ask(running, command)
    const value = performance.now() - from
    if (status !== 200 || body.length < 20_000_000) throw new Error(`status ${status}, ${body.length} bytes`)
    return { value }
  }

  async #handshakes(line: Line, session: 'full' | 'resumed', who: Contestant): Promise<Sample> {
    const running = await this.#shared(line, who)
    const { tls } = running
    if (tls === null) throw new Error('a line with handshakes needs a profile with TLS')
    await checked(running, '{ "command": "version-get" }')
    const script = path.resolve('test/bench/handshakes.py')
    const clients = async (seconds: number): Promise<number> => {
      const args = [script, running.port, seconds, session, tls.ca, tls.clientCert, tls.clientKey].map(String)
      const outputs = await Promise.all(Array.from({ length: handshakeClients }, () => run('python3', args)))
      const found = outputs.map(({ stdout, stderr }) => {
        if (stdout === '') throw new Error(`handshakes.py: ${stderr}`)
        return JSON.parse(stdout) as { count: number; resumed: number; mistake: string | null }
      })
      for (const { count, resumed, mistake } of found) {
        if (mistake !== null) throw new Error(mistake)
        if (session === 'resumed' && resumed < count - 1) throw new Error(`${count - resumed} of ${count} not resumed`)
      }
      return found.reduce((sum, { count }) => sum + count, 0)
    }
    await clients(this.#warmUp(line, who))
    const before = processorSeconds(running.child.pid)
    const count = await clients(this.#stage.seconds)
    const seconds = this.#stage.seconds
    return { value: count / seconds, processor: (processorSeconds(running.child.pid) - before) / seconds }
  }

  async #besideHung(line: Line, who: Contestant): Promise<Sample> {
    const { directory } = this.#stage.around(line.daemons)
    // The old agent does nothing else for a minute once it waits for a daemon: a new one each time.
    const running = who === 'agent' ? await this.#fresh(line, who) : await this.#shared(line, who)
    const command = '{ "command": "version-get", "service": [ "dhcp4" ] }'
    await checked(running, command)
    const work = { command, clients: 8, seconds: this.#stage.seconds }
    await load(running, { ...work, seconds: this.#warmUp(line, who) }, directory)
    const agent = new http.Agent()
    for (let stuck = 0; stuck < 2; stuck++) {
      ask(running, '{ "command": "version-get", "service": [ "d2" ] }', agent).catch(() => undefined)
    }
    await setTimeout(100)
    const { requests, p99, errors, timeouts } = await load(running, work, directory)
    agent.destroy()
    if (who === 'agent') await running.child.stop('SIGKILL')
    if (errors > 0 || timeouts > 0) throw new Error(`${errors} errors, ${timeouts} without an answer`)
    return requests === 0 ? { value: 'stalled' } : { value: p99 }
  }

  async #start(line: Line, who: Contestant): Promise<Sample> {
    const { value, running } = await this.#timedStart(line, who)
    await running.child.stop('SIGKILL')
    return { value }
  }

  async #memory(line: Line, state: 'idle' | 'connections' | 'large-answer', who: Contestant): Promise<Sample> {
    const running = await this.#fresh(line, who)
    const { pid } = running.child
    await setTimeout(500)
    try {
      if (state === 'idle') return { value: memory(pid, 'VmRSS') / megabyte }
      if (state === 'connections') {
        // From four addresses: one address gets no more than half of the connections that keagate accepts.
        const agents = Array.from({ length: 4 }, (_, index) => {
          const options = { keepAlive: true, maxFreeSockets: 250, localAddress: `127.0.0.${index + 2}` }
          return new (running.tls === null ? http : https).Agent(options)
        })
        for (const agent of agents) {
          for (const count of [50, 100, 150, 200, 250]) await openConnections(running, agent, count)
        }
        await setTimeout(500)
        const size = memory(pid, 'VmRSS')
        for (const agent of agents) agent.destroy()
        return { value: size / megabyte }
      }
      forgetPeak(pid)
      const { length } = (await checked(running, '{ "command": "version-get", "service": [ "dhcp6" ] }')).body
      if (length < 20_000_000) throw new Error(`20 MB cannot be ${length} bytes`)
      return { value: memory(pid, 'VmHWM') / megabyte }
    } finally {
      await running.child.stop('SIGKILL')
    }
  }

  /** Starts one of its own, asked once. */
  async #fresh(line: Line, who: Contestant): Promise<Running> {
    return (await this.#timedStart(line, who)).running
  }

  /** Asks again each millisecond until there is an answer. */
  async #timedStart(line: Line, who: Contestant): Promise<{ readonly value: number; readonly running: Running }> {
    const around = this.#stage.around(line.daemons)
    const from = performance.now()
    const running = await start(who, line.profile, around)
    for (;;) {
      try {
        await checked(running, '{ "command": "version-get" }')
        return { value: performance.now() - from, running }
      } catch (error) {
        if (performance.now() - from > 20_000) throw error
        await setTimeout(1)
      }
    }
  }

  /** One for all rounds, so that it is as warm as it would be in service. */
  #shared(line: Line, who: Contestant): Promise<Running> {
    const key = `${line.daemons} ${line.profile} ${who}`
    const running = this.#running.get(key) ?? this.#fresh(line, who)
    this.#running.set(key, running)
    return running
  }

  #warmUp(line: Line, who: Contestant): number {
    return this.#first(line, who) ? warmUp.first : warmUp.later
  }

  #first(line: Line, who: Contestant): boolean {
    const key = `${line.id} ${who}`
    const first = !this.#warm.has(key)
    this.#warm.add(key)
    return first
  }
}

/** That many at once, each on a connection of its own that stays open. */
async function openConnections(running: Running, agent: http.Agent, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => checked(running, '{ "command": "version-get" }', agent)))
}
