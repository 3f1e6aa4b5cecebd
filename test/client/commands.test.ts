// Every command of the table has its help and is completed.

import t from 'tap'
import { argumentNames, commandHelp } from '../../src/client/commands/help.ts'
import { descriptions } from '../../src/client/commands/descriptions.ts'
import { keaCommands } from '../../src/config/access/kea-commands.ts'
import { mainFile } from '../support/program.ts'
import { run } from '../support/child.ts'

t.test('each command of the table has a line that says what it does', async (t) => {
  t.ok(keaCommands.size > 200)
  t.same([...keaCommands].flatMap(([name, { programs }]) => (programs === null ? [name] : [])), [])
  for (const [name, { access }] of keaCommands) {
    t.ok(descriptions().has(name), name)
    t.match(commandHelp(name, 80)?.join('\n'), new RegExp(`^${name}: [^]*^access: ${access}`, 'm'))
  }
})

t.test('arguments are those of the version', async (t) => {
  t.ok(argumentNames('lease6-add').includes('duid'))
  t.notOk(argumentNames('lease4-add').includes('duid'))
  t.same(argumentNames('subnet6-add'), ['subnet6'])
  t.equal(commandHelp('leaf4-add', 80), null)
})

t.test('ask COMMAND --help, and the completion of bash', async (t) => {
  t.match(await run(process.execPath, [mainFile, 'ask', 'lease4-add', '--help']), { code: 0, stdout: /^lease4-add: adds a lease\n/ })
  const { stdout } = await run(process.execPath, [mainFile, 'completion', 'bash'])
  for (const name of keaCommands.keys()) t.match(stdout, new RegExp(`[ ']${name}[ ']`))
})
