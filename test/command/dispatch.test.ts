// The life of a command: who answers it, with what, and that nothing it does can hurt another.

import t from 'tap'
import type { Handler } from '../../src/command/handler.ts'
import type { PathTarget } from '../../src/command/path-target.ts'
import { Registry } from '../../src/command/registry.ts'
import type { Dispatch, Outcome } from '../../src/command/dispatch.ts'
import { ServiceGroups } from '../../src/config/service-groups.ts'
import { createDispatch } from '../../src/command/dispatch.ts'
import { KeagateError } from '../../src/errors.ts'
import { Router } from '../../src/forward/router.ts'
import type { RequestOwner, Upstream } from '../../src/forward/upstream.ts'
import { ModuleMemory } from '../../src/hook/memory.ts'
import { Modules } from '../../src/hook/modules.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import type { Log } from '../../src/log/message.ts'
import { patient } from '../support/command-scope.ts'

const caller = { remoteAddress: '192.0.2.1', tls: null, user: null }

function handler(name: string, run: Handler['run']): Handler {
  return { name, access: 'read', run }
}

/** A dispatch over two daemons that answer with the service list they saw, and some commands of its own. */
function setUp() {
  const written: string[] = []
  const askers: RequestOwner[] = []
  const log: Log = {
    write: (id, fields) => void written.push([id, ...Object.values(fields ?? {})].join(' ')),
    enabled: () => true,
  }
  const daemon = (name: string): Upstream => ({
    address: name,
    sentService: 'as-asked',
    async send(envelope, asker) {
      askers.push(asker)
      const { command, service } = JSON.parse(rawToString(envelope)) as { command: string; service: string[] }
      return Promise.resolve({ ok: true, answer: rawJson(`"${name} ${command} ${service.join()}"`) })
    },
    close: () => undefined,
  })
  const registry = new Registry([
    handler('list-commands', () => rawJson('"own list"')),
    { name: 'change', access: 'write', run: () => rawJson('"changed"') },
    handler('later', async (command) => Promise.resolve(rawJson(JSON.stringify(command.caller)))),
    handler('throws', () => {
      throw new Error('out of ink')
    }),
    handler('rejects', async () => {
      await Promise.resolve()
      throw new KeagateError('CONFIG_UNREADABLE', 'no paper', { remedy: 'buy some' })
    }),
  ])
  const router = new Router(new Map([['dhcp4', daemon('four')], ['dhcp6', daemon('six')]]), log)
  const serviceGroups = new ServiceGroups()
  const dispatch = createDispatch({
    registry, modules: noModules, router, serviceGroups, guard: null, audit: null, log, meter: null,
  })
  return { dispatch, written, askers }
}

const noModules = await Modules.load([], {
  log: { write: () => undefined, enabled: () => false },
  ask: async () => Promise.resolve({ ok: false, reason: 'nobody asks' }),
  memory: new ModuleMemory(),
})

/** The list that answers. */
function listOf(outcome: Outcome): string {
  return outcome.kind === 'answer' ? rawToString(outcome.list) : `refused: ${outcome.text}`
}

async function send(
  dispatch: Dispatch,
  name: string,
  services: readonly string[] = [],
  pathService: string | null = null,
): Promise<string> {
  const path: PathTarget = pathService === null ? { kind: 'agent' } : { kind: 'service', name: pathService }
  return listOf(await dispatch({ kind: 'command', name, services, arguments: null }, caller, path, patient))
}

t.test('without a service the agent answers by itself', async (t) => {
  const { dispatch, written } = setUp()
  t.equal(await send(dispatch, 'list-commands'), '[ "own list" ]')
  t.equal(await send(dispatch, 'later'), `[ ${JSON.stringify(caller)} ]`)
  t.same(written.slice(0, 2), [
    'COMMAND_RECEIVED list-commands 192.0.2.1 (none) (none)',
    'CTRL_AGENT_COMMAND_RECEIVED list-commands 192.0.2.1 (none) (none)',
  ])
})

t.test('with services the daemons answer, also commands that the agent has itself', async (t) => {
  const { dispatch } = setUp()
  t.equal(await send(dispatch, 'list-commands', ['dhcp4']), '[ "four list-commands dhcp4" ]')
  t.equal(await send(dispatch, 'x', ['dhcp6', 'dhcp4']), '[ "six x dhcp6,dhcp4", "four x dhcp6,dhcp4" ]')
})

t.test('the path stands for a service only where the body has none', async (t) => {
  const { dispatch } = setUp()
  t.equal(await send(dispatch, 'list-commands', [], 'dhcp6'), '[ "six list-commands dhcp6" ]')
  t.equal(await send(dispatch, 'x', ['dhcp4'], 'dhcp6'), '[ "four x dhcp4" ]')
})

t.test('a command that nobody knows is result 2, with its name, the marker and what to do', async (t) => {
  const { dispatch } = setUp()
  for (const name of ['nope', '', 'LIST-COMMANDS', ' list-commands', '__proto__', 'toString']) {
    const [answer] = JSON.parse(await send(dispatch, name)) as { result: number; text: string }[]
    t.equal(answer?.result, 2)
    t.ok(answer?.text.startsWith(`'${name}' command not supported`), name)
    t.match(answer?.text, /"service": \[ "dhcp4" \].*dhcp4, dhcp6/)
  }
})

t.test('a malformed envelope is one result-1 answer and one warning', async (t) => {
  const { dispatch, written } = setUp()
  const outcome = await dispatch({ kind: 'malformed', text: 'no "command"' }, caller, { kind: 'agent' }, patient)
  t.equal(listOf(outcome), '[ { "result": 1, "text": "no \\"command\\"" } ]')
  t.same(written, ['COMMAND_PROCESS_ERROR2 no "command" 192.0.2.1 (none) (none)'])
})

t.test('a handler that throws or rejects fails alone', async (t) => {
  const { dispatch, written } = setUp()
  t.match(JSON.parse(await send(dispatch, 'throws')), [{ result: 1, text: "the command 'throws' failed: out of ink" }])
  t.match(JSON.parse(await send(dispatch, 'rejects')), [{ result: 1, text: /no paper; buy some$/ }])
  t.same(written.filter((line) => line.startsWith('KEAGATE')), [
    'KEAGATE_HANDLER_FAILED throws out of ink',
    'KEAGATE_HANDLER_FAILED rejects no paper; buy some',
  ])
  t.equal(await send(dispatch, 'list-commands'), '[ "own list" ]')
})

t.test('daemons learn whether the client still waits', async (t) => {
  const { dispatch, askers } = setUp()
  const envelope = { kind: 'command', name: 'x', services: ['dhcp4'], arguments: null } as const
  await dispatch(envelope, caller, { kind: 'agent' }, { ...patient, signal: AbortSignal.abort() })
  await dispatch(envelope, caller, { kind: 'agent' }, patient)
  t.same(askers.map((asker) => [asker.client, asker.scope.signal.aborted]), [['192.0.2.1', true], ['192.0.2.1', false]])
})

t.test('a path that names no service gets what the agent reads, but nothing that changes it', async (t) => {
  const { dispatch } = setUp()
  const at = async (name: string, path: PathTarget, services: readonly string[] = []): Promise<Outcome> => {
    return dispatch({ kind: 'command', name, services, arguments: null }, caller, path, patient)
  }
  const unknown: PathTarget = { kind: 'unknown' }
  t.match(await at('change', unknown), {
    kind: 'misdirected', text: /^the path names no service that is configured \(configured: .*dhcp4.*\), so 'change' was not run; name a service/,
  })
  t.equal(listOf(await at('change', { kind: 'agent' })), '[ "changed" ]')
  t.equal(listOf(await at('list-commands', unknown)), '[ "own list" ]')
  t.match(await at('nothing-known', unknown), { kind: 'answer' })
  t.equal(listOf(await at('change', unknown, ['dhcp4'])), '[ "four change dhcp4" ]')
})
