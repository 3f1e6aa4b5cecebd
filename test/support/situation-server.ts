// A situation of the table made real: its files in a folder, and a door that serves with them.

import { chmodSync, chownSync, mkdirSync, readdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Test } from 'tap'
import { loadConfigText } from '../../src/config/load.ts'
import { describeError } from '../../src/errors.ts'
import { createConnectionHandler } from '../../src/http/connection/connection-handler.ts'
import type { ConnectionHandler } from '../../src/http/connection/connection-handler.ts'
import { rawJson } from '../../src/json/raw.ts'
import type { RawJson } from '../../src/json/raw.ts'
import { messages } from '../../src/log/message.ts'
import { MetricRegistry } from '../../src/metrics/registry.ts'
import { loadCredentials } from '../../src/tls/files/credentials.ts'
import type { CredentialSet } from '../../src/tls/files/credentials.ts'
import { ProxyRefusalLog } from '../../src/http/proxy/proxy-protocol/refusal-log.ts'
import { HandshakeLog } from '../../src/tls/server/handshake-log.ts'
import { openDoor } from './recording-server.ts'
import type { RecordingDoor } from './recording-server.ts'
import type { Setting } from '../tls/situations.ts'

export interface Opened {
  /** null: the start was refused. */
  readonly door: RecordingDoor | null
  readonly lines: () => string[]
}

/** Whatever is asked. */
const listing = (): RawJson => rawJson('[{"result":0,"arguments":["list-commands"]}]')

/** Puts the files of a setting where they belong. */
export function write(directory: string, files: NonNullable<Setting['files']>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name)
    mkdirSync(path.dirname(file), { recursive: true })
    if (content === null) unlinkSync(file)
    else if (typeof content === 'string' && content.startsWith('->')) symlinkSync(content.slice(2), file)
    else writeFileSync(file, content, { mode: 0o600 })
  }
}

/** Writes what a setting changes. @returns the text of its configuration */
export function prepare(directory: string, setting: Setting): string {
  write(directory, setting.files ?? {})
  if (setting.keyMode !== undefined) chmodSync(path.join(directory, 'server.key'), setting.keyMode)
  if (setting.unprivileged === true) openToAll(directory)
  if (setting.keyOwner !== undefined) chownSync(path.join(directory, 'server.key'), setting.keyOwner, 0)
  const trio = { 'trust-anchor': 'DIR/ca.crt', 'cert-file': 'DIR/server.crt', 'key-file': 'DIR/server.key' }
  const members: [string, unknown][] = Object.entries({ ...trio, ...setting.config })
  return JSON.stringify({ 'Control-agent': Object.fromEntries(members.filter(([, value]) => value !== null)) })
    .replaceAll('DIR', directory)
}

/**
 * Lets everybody into a folder and at its certificates; the key is left as it is, or closed to its owner where that is
 * us.
 */
function openToAll(directory: string): void {
  chmodSync(directory, 0o755)
  for (const name of readdirSync(directory)) if (name.endsWith('.crt')) chmodSync(path.join(directory, name), 0o644)
  if (process.geteuid?.() !== 0) chmodSync(path.join(directory, 'server.key'), 0o000)
}

/** Somebody whom nothing belongs to. */
const nobody = 65_534

/** Does synchronous work as the user of the setting. */
export function asItsUser<Result>({ unprivileged = false }: Setting, work: () => Result): Result {
  if (!unprivileged || process.geteuid?.() !== 0) return work()
  process.seteuid?.(nobody)
  try {
    return work()
  } finally {
    process.seteuid?.(0)
  }
}

/** Opens a door as a start would, or is told why that cannot be. */
export async function open(t: Test, directory: string, setting: Setting): Promise<Opened> {
  const { config } = loadConfigText('<string>', prepare(directory, setting), {
    env: {}, pathChecks: false, dialect: 'command', current: null,
  })
  let credentials: CredentialSet | null
  try {
    const { tls } = config
    credentials = tls === null ? null : asItsUser(setting, () => loadCredentials(tls))
  } catch (error) {
    return { door: null, lines: () => describeError(error).split('\n') }
  }
  let entrance: ConnectionHandler | undefined
  const metrics = new MetricRegistry()
  const door = await openDoor(t, { answer: listing }, (server, { socket }, origin) => {
    entrance ??= createConnectionHandler({
      config,
      credentials,
      server,
      origin,
      report: new HandshakeLog(door.log, metrics),
      proxyLog: new ProxyRefusalLog(door.log, metrics),
      log: door.log,
    })
    entrance.accept(socket)
  })
  const quiet: ReadonlySet<string> = new Set(['HTTP_CLIENT_REQUEST_RECEIVED', 'KEAGATE_CONNECTION_ERROR'])
  const lines = (): string[] => [
    ...(credentials?.warnings ?? []),
    ...door.log.lines.filter(({ id }) => !quiet.has(id)).map(({ id, fields }) =>
      messages[id].text.replaceAll(/\{([a-z-]+)\}/g, (_place, name: string) => String(fields[name])),
    ),
  ]
  return { door, lines }
}
