// Each broken situation of the table: the cause is named in the log and to the client, and the remedy, followed, works.

import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import tls from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { loadConfigText } from '../../src/config/load.ts'
import { describeError } from '../../src/errors.ts'
import { createEntrance } from '../../src/http/entrance.ts'
import type { Entrance } from '../../src/http/entrance.ts'
import { messages } from '../../src/log/message.ts'
import { MetricRegistry } from '../../src/observe/metrics.ts'
import { loadCredentials } from '../../src/tls/credentials.ts'
import type { CredentialSet } from '../../src/tls/credentials.ts'
import { TlsReport } from '../../src/tls/report.ts'
import { openDoor } from '../http/recording-door.ts'
import type { RecordingDoor } from '../http/recording-door.ts'
import type { Setting, Visitor } from './situations.ts'
import { makeSituations } from './situations.ts'
import { scratchDirectory } from './tls-door.ts'

const { base, visitor: welcome, situations } = await makeSituations()
const request = 'POST / HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 15\r\n\r\n{"command":"x"}'

interface Opened {
  /** null: the start was refused. */
  readonly door: RecordingDoor | null
  readonly lines: () => string[]
}

t.test('there are enough of them, each of its own name', (t) => {
  t.ok(situations.length >= 25, `${situations.length} situations`)
  t.equal(new Set(situations.map(({ name }) => name)).size, situations.length)
  t.end()
})

for (const situation of situations) {
  const skip = situation.keyOwner !== undefined && process.geteuid?.() !== 0 ? 'only root can give files away' : false
  t.test(`${situation.name}: named, and gone once the remedy is followed`, { skip }, async (t) => {
    const directory = scratchDirectory(t)
    write(directory, base)
    const broken = await open(t, directory, situation)
    t.match(await visit(broken.door?.port, situation.visitor ?? {}), situation.client, 'the client')
    const lines = broken.lines().map((line) => line.replaceAll(directory, 'DIR'))
    if (situation.log.source === '^$') t.same(lines, [], 'the log')
    else t.ok(lines.some((line) => situation.log.test(line)), `the log: ${lines.join('\n')}`)
    t.equal(broken.door === null, situation.told === 'at start', situation.told)
    if (situation.runs === true) {
      const command = lines.map((line) => situation.log.exec(line)?.[1]).find((found) => found !== undefined) ?? 'false'
      execFileSync('sh', ['-c', command.replaceAll('DIR', directory)], { stdio: 'ignore' })
    }
    const mended = await open(t, directory, {
      config: { ...situation.config, ...situation.mended.config },
      ...(situation.mended.files === undefined ? {} : { files: situation.mended.files }),
    })
    t.match(await visit(mended.door?.port, situation.mended.visitor ?? situation.visitor ?? {}), /^200 /, 'mended')
    t.same(mended.lines(), [], 'nothing is said any more')
  })
}

function write(directory: string, files: NonNullable<Setting['files']>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name)
    mkdirSync(path.dirname(file), { recursive: true })
    if (content === null) unlinkSync(file)
    else if (typeof content === 'string' && content.startsWith('->')) symlinkSync(content.slice(2), file)
    else writeFileSync(file, content, { mode: 0o600 })
  }
}

/** Opens a door as a start would, or is told why that cannot be. */
async function open(t: Test, directory: string, setting: Setting): Promise<Opened> {
  write(directory, setting.files ?? {})
  if (setting.keyMode !== undefined) execFileSync('chmod', [setting.keyMode.toString(8), path.join(directory, 'server.key')])
  if (setting.keyOwner !== undefined) chownSync(path.join(directory, 'server.key'), setting.keyOwner, 0)
  const trio = { 'trust-anchor': 'DIR/ca.crt', 'cert-file': 'DIR/server.crt', 'key-file': 'DIR/server.key' }
  const members: [string, unknown][] = Object.entries({ ...trio, ...setting.config })
  const text = JSON.stringify({ 'Control-agent': Object.fromEntries(members.filter(([, value]) => value !== null)) })
    .replaceAll('DIR', directory)
  const { config } = loadConfigText('<string>', text, { env: {}, pathChecks: false, dialect: 'command', current: null })
  let credentials: CredentialSet | null
  try {
    credentials = config.tls === null ? null : loadCredentials(config.tls)
  } catch (error) {
    return { door: null, lines: () => describeError(error).split('\n') }
  }
  let entrance: Entrance | undefined
  const metrics = new MetricRegistry()
  const door = await openDoor(t, {}, (server, socket, origin) => {
    entrance ??= createEntrance({ config, credentials, server, origin, report: new TlsReport(door.log, metrics), log: door.log })
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

/** Sends a command and tells what came of it: the status and body of the answer, or the code of the error. */
function visit(port: number | undefined, { identity = welcome, options = {}, plain = false }: Visitor): Promise<string> {
  if (port === undefined) return Promise.resolve('ECONNREFUSED')
  return new Promise((resolve) => {
    let heard = ''
    const target = { port, host: '127.0.0.1' }
    const socket = plain
      ? net.connect(target)
      : tls.connect({
          ...target,
          ca: base['ca.crt'],
          ciphers: 'DEFAULT:@SECLEVEL=0',
          ...(identity === null ? {} : identity),
          ...options,
        })
    socket.write(request)
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EPROTO' ? error.message : (error.code ?? error.message)))
    socket.once('close', () => {
      const [head = '', body = ''] = heard.split('\r\n\r\n')
      resolve(heard === '' ? 'closed' : `${head.slice(9, 12)} ${body}`)
    })
  })
}
