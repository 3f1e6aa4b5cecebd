// Each broken situation of the table: the cause is named in the log and to the client, and the remedy, followed, works.

import { execFileSync } from 'node:child_process'
import net from 'node:net'
import tls from 'node:tls'
import t from 'tap'
import { open, write } from '../support/situation-server.ts'
import type { Visitor } from './situations.ts'
import { makeSituations } from './situations.ts'
import { scratchDirectory } from '../support/tls-server.ts'
import { clientSignatures } from '../../src/tls/client-signatures.ts'

const { base, visitor: welcome, situations } = await makeSituations()
const request = 'POST / HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 15\r\n\r\n{"command":"x"}'

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
      ...(situation.mended.unprivileged === undefined ? {} : { unprivileged: situation.mended.unprivileged }),
    })
    t.match(await visit(mended.door?.port, situation.mended.visitor ?? situation.visitor ?? {}), /^200 /, 'mended')
    t.same(mended.lines(), [], 'nothing is said any more')
  })
}

/** Sends a command and tells what came of it: the status and body of the answer, or the code of the error. */
function visit(
  port: number | undefined,
  { identity = welcome, options = {}, plain = false }: Visitor,
): Promise<string> {
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
          // A key on a Brainpool curve would end this process, too.
          sigalgs: `${clientSignatures}:ECDSA+SHA1:RSA+SHA1`,
          ...(identity === null ? {} : identity),
          ...options,
        })
    socket.write(request)
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EPROTO' ? error.message : (error.code ?? error.message)),
    )
    socket.once('close', () => {
      const [head = '', body = ''] = heard.split('\r\n\r\n')
      resolve(heard === '' ? 'closed' : `${head.slice(9, 12)} ${body}`)
    })
  })
}
