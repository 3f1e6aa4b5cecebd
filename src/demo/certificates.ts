// The authority of a demonstration, its server's certificate and those of its two users: `keagate certs` makes them.

import { rmSync } from 'node:fs'
import path from 'node:path'
import type { CertsCommand, CertsContext } from '../certs/command.ts'
import { initCommand } from '../certs/init.ts'
import { clientCommand } from '../certs/issue.ts'
import { readOptions } from '../certs/options.ts'

/** The first may run every command, the second only commands that read. */
export const users = ['operator', 'reader'] as const

/** Days; the certificates are removed when the process ends. */
const lifetime = '2'

/** @param directory for the certificates; it is made */
export async function makeCertificates(
  directory: string,
  { env, stdin }: Pick<CertsContext, 'env' | 'stdin'>,
): Promise<void> {
  const context: CertsContext = { env, stdin, program: 'keagate', now: new Date(), print: () => undefined }
  const run = (command: CertsCommand, words: readonly string[]): Promise<void> =>
    command.run(readOptions(words, command.options), context)
  const [first, ...others] = users
  const names = ['--san', 'localhost', '--name', 'keagate demonstration']
  await run(initCommand, [directory, '--client', first, '--days', lifetime, ...names])
  for (const user of others) await run(clientCommand, [user, '--dir', directory, '--days', lifetime])
  // `init` writes a configuration, too; the demonstration has its own.
  for (const name of ['keagate.conf', 'tls.inc']) rmSync(path.join(directory, name), { force: true })
}
