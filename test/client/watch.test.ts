// `keagate ask --watch` at a terminal: what changed is marked, and nothing is wider than the terminal.

import t from 'tap'
import { skipWithout } from '../kea/installed.ts'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import { inTerminal } from '../support/terminal.ts'

const env = { XDG_CONFIG_HOME: '/nonexistent', NO_COLOR: '1' }

t.test('marks', { skip: skipWithout('python3') }, async (t) => {
  let asked = 0
  const sample = (value: number): unknown => [[value, '2026-11-30 10:00:00.1']]
  const long = 'subnet[1].a-statistic-whose-name-alone-is-as-wide-as-the-terminal-or-so'
  const daemon = await FakeDaemon.listen(answering(() => {
    asked++
    // From the second to the third a digit more, which moves the columns of all lines.
    const values = { 'pkt4-received': sample(asked < 3 ? asked : 1_000_000), 'pkt4-sent': sample(7), [long]: sample(7) }
    return JSON.stringify({ result: 0, arguments: values })
  }))
  t.teardown(() => daemon.close())
  const { code, stdout } = await inTerminal(['ask', '--socket', daemon.path, 'statistic-get-all', '--watch', '0.2'], {
    env,
    columns: 60,
    steps: [['every', ''], ['every', ''], ['every', ''], ['SINCE', { columns: 100 }], ['every', ''], ['pkt4-sent', '\x03']],
  })
  t.equal(code, 0)
  const screens = stdout.split('\x1b[H\x1b[2J').slice(1)
  // Of the long name more may be cut, which is a change too.
  const marked = screens.map((screen) => screen.match(/(?<=^\* )pkt4-\w+/gm) ?? [])
  t.same(marked.slice(0, 3), [[], ['pkt4-received'], ['pkt4-received']])
  const widths = screens.map((screen) => Math.max(...screen.split('\n').slice(1).map((line) => line.length)))
  t.ok(widths.slice(0, 3).every((width) => width <= 60), widths.join())
  const wide = widths.findIndex((width) => width > 60)
  t.ok(wide >= 3)
  t.same(marked[wide], [], 'nothing is new because it is wider')
})
