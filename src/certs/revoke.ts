// `keagate certs revoke`: puts all certificates of a name on the revocation list.

import { dateText, directoryOf, withAuthority } from './command.ts'
import type { CertsCommand } from './command.ts'
import { readCrl, writeCrl } from './crl.ts'
import { readIssued } from './directory.ts'
import { usageError } from './options.ts'
import { certsError } from './error.ts'

export const revokeCommand: CertsCommand = {
  usage: `revoke NAME... [--dir DIR]

Puts every certificate of these names that has not expired, including renewed ones, on the revocation list
crl.pem. A keagate that runs with that list refuses them from then on, also on open connections.

  --dir DIR        the directory made by "keagate certs init" (the working directory)`,
  options: { dir: 'value' },
  run: async (options, context) => {
    const names = [...new Set(options.words)]
    if (names.length === 0) throw usageError('the name of the certificate is missing')
    const directory = directoryOf(options)
    const { now } = context
    await withAuthority(directory, now, async (authority) => {
      const list = readCrl(directory)
      const before = new Set(list.revoked.map(({ serial }) => serial))
      const issued = readIssued(directory).filter(({ use }) => use !== 'ca')
      const found = names.map((name) => {
        const all = issued.filter((entry) => entry.name === name)
        if (all.length > 0) return { name, all }
        throw certsError(`there is no certificate ${JSON.stringify(name)} in ${directory}`, 'see: keagate certs list')
      })
      const fresh = found.map(({ name, all }) => ({
        name,
        serials: all
          .filter(({ serial, certificate }) => !before.has(serial) && Date.parse(certificate.validTo) > now.getTime())
          .map(({ serial }) => serial),
      }))
      const added = fresh.flatMap(({ serials }) => serials.map((serial) => ({ serial, date: now })))
      const revoked = [...list.revoked, ...added]
      const nextUpdate = await writeCrl(directory, { number: list.number + 1n, revoked }, authority)
      for (const { name, serials } of fresh) {
        context.print(serials.length === 0 ? `${name}  nothing left to revoke\n` : `${name}  revoked ${serials.join(', ')}\n`)
      }
      context.print(`crl.pem  good until ${dateText(nextUpdate)}\n`)
    })
  },
}
