// A daemon that hangs costs nobody anything but those who asked it.

import t from 'tap'
import { FakeDaemon, silent } from '../support/fake-daemon.ts'
import { makeCertificates } from './certificates.ts'
import { startDaemon } from './daemons.ts'
import { openDoor } from './door.ts'
import { skipWithout } from './installed.ts'
import { post } from './post.ts'

t.test('while dhcp6 hangs', { skip: skipWithout('kea-dhcp4') }, async (t) => {
  const hung = await FakeDaemon.listen(silent)
  const daemon = await startDaemon(t, 'dhcp4')
  const door = await openDoor(t, { tls: 'mutual', basic: true }, await makeCertificates(t), {
    sockets: { dhcp4: daemon.socket, dhcp6: hung.path },
  })

  // More than a control socket takes at once (16), so that some of them wait in line as well.
  const count = 40
  let answered = 0
  const waiting = Array.from({ length: count }, async () => {
    const reply = await post(door, '{"command":"version-get","service":["dhcp6"]}')
    answered++
    return reply
  })
  await hung.accepted(16)

  const others = ['{"command":"version-get","service":["dhcp4"]}', '{"command":"version-get"}']
  for (const command of [...others, ...others, ...others]) {
    const reply = await post(door, command)
    t.match(JSON.parse(reply.body.toString()), [{ result: 0 }], `${command} is answered`)
  }
  t.equal(answered, 0, 'and the others still wait for dhcp6')

  await hung.close()
  for (const reply of await Promise.all(waiting)) {
    t.match(JSON.parse(reply.body.toString()), [{ result: 1, text: /server is likely to be offline/ }])
  }
})
