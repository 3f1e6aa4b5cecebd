// Who is told to be what user or group, by the mode of a control socket, as Kea 2.2 and Kea 3 make them.

import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import t from 'tap'
import { socketRemedy } from '../../src/forward/socket-permission.ts'
import { describeUser, groupName, userName } from '../../src/account.ts'
import { asItsUser } from '../support/situation-server.ts'
import { temporaryDirectory } from '../support/program.ts'

const skip = process.geteuid?.() === 0 ? false : 'only root can give files away'

t.test('the mode decides whether the group helps, and names are used', { skip }, async (t) => {
  const directory = temporaryDirectory(t)
  chmodSync(directory, 0o755)
  const folder = path.join(directory, 'kea')
  mkdirSync(folder)
  const socket = path.join(folder, 'kea4-ctrl-socket')
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  t.teardown(() => server.close())
  // Users that every system has: 1 is daemon on Debian and Alpine, by its name in /etc/passwd.
  const owner = userName(1)
  const group = groupName(1)
  t.match(owner, /^[a-z]/)
  chownSync(socket, 1, 1)
  chownSync(folder, 1, 1)
  const rows = [
    [0o755, 0o755, `run the agent as the user ${owner}: ${socket} is srwxr-xr-x ${owner} ${group}, so its group does not help`],
    [0o755, 0o770, `run the agent as the user ${owner} or in the group ${group}: ${socket} is srwxrwx--- ${owner} ${group}`],
    [0o750, 0o770, `run the agent as the user ${owner} or in the group ${group}: ${folder} is drwxr-x--- ${owner} ${group}`],
    [0o700, 0o770, `run the agent as the user ${owner}: ${folder} is drwx------ ${owner} ${group}, so its group does not help`],
  ] as const
  for (const [folderMode, mode, remedy] of rows) {
    chmodSync(folder, folderMode)
    chmodSync(socket, mode)
    t.equal(asItsUser({ unprivileged: true }, () => socketRemedy(socket)), remedy)
  }
  chmodSync(folder, 0o755)
})

t.test('what has no name is told by its number', async (t) => {
  t.equal(describeUser(0), 'user root')
  t.equal(describeUser(4_711_471), 'user id 4711471')
  t.equal(groupName(4_711_471), '4711471')
})
