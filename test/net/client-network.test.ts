// Addresses that are one client have one network, others have another.

import t from 'tap'
import { clientNetwork } from '../../src/net/client-network.ts'

t.test('every spelling of a network is the same text', async (t) => {
  const groups = [
    ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:192.0.2.1', '::ffff:c000:201', '0:0:0:0:0:FFFF:192.0.2.1', '::ffff:c000:201%eth0'],
    ['192.0.2.2'],
    ['2001:db8::1', '2001:0db8:0:0:ffff::', '2001:DB8:0:0:1:2:3:4', '2001:db8::', '2001:db8::5:6%eth0'],
    ['2001:db8:0:1::1', '2001:db8:0:1:0:0:192.0.2.1'],
    ['2001:db8:1::', '2001:db8:1:0::192.0.2.1'],
    ['::1', '::', '0:0:0:0:0:0:0:1', '::192.0.2.1'],
    ['fe80::1%eth0', 'fe80::2'],
    ['64:ff9b::192.0.2.1', '64:ff9b::'],
    ['unknown'],
  ]
  for (const [index, group] of groups.entries()) {
    const [first = ''] = group
    for (const address of group) t.equal(clientNetwork(address), clientNetwork(first), `${address} is of ${first}`)
    for (const [other = ''] of groups.slice(index + 1)) {
      t.not(clientNetwork(other), clientNetwork(first), `${other} is not of ${first}`)
    }
  }
})
