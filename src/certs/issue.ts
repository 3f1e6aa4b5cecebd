// `keagate certs server` and `keagate certs client`: issue one more certificate.

import type { JsonGeneralNames } from '@peculiar/x509'
import { issue } from './authority.ts'
import type { LeafRequest } from './authority.ts'
import { configuredAddress, offerProfile, profileLine, profileName } from './client-profile.ts'
import { dateText, directoryOf, oneWord, withAuthority } from './command.ts'
import type { CertsCommand, CertsContext } from './command.ts'
import { certFile, exists, keyFile, place } from './directory.ts'
import { keyAccess } from './group.ts'
import { checkName, serverNames } from './name.ts'
import type { OptionTable, Options } from './options.ts'
import { keyOption, numberOption, usageError } from './options.ts'
import { LEAF_DAYS, MAX_LEAF_DAYS } from './profile.ts'
import { certsError } from './error.ts'

const options: OptionTable = { dir: 'value', key: 'value', days: 'value', group: 'value', force: 'flag' }

const optionLines = `
  --dir DIR        the directory made by "keagate certs init" (the working directory)
  --key p256|rsa   EC P-256, or RSA with 3072 bits (p256)
  --days N         days until it expires, at most ${MAX_LEAF_DAYS} (${LEAF_DAYS})
  --group GROUP    also lets this group read the key
  --force          issues it although there is one of that name, which stays valid until it is revoked or expires`

export const serverCommand: CertsCommand = {
  usage: `server NAME... [OPTION...]

Makes a key and a certificate for a server that clients reach by these host names and addresses.

  --name NAME      what to call it, in the directory and in its subject (the first NAME)${optionLines}`,
  options: { ...options, name: 'value' },
  run: async (given, context) => {
    const [first] = given.words
    if (first === undefined) throw usageError('the host names and addresses of the server are missing')
    const names = serverNames(given.words)
    await issueOne(given, context, { name: given.value('name') ?? first, use: 'server', names })
  },
}

export const clientCommand: CertsCommand = {
  usage: `client NAME [OPTION...]

Makes a key and a certificate with which the client NAME may connect.
${optionLines}${profileLine}`,
  options: { ...options, profile: 'value' },
  run: async (given, context) => {
    const name = oneWord(given, 'the name of the client')
    const profile = profileName(given)
    await issueOne(given, context, { name, use: 'client', names: [] })
    const directory = directoryOf(given)
    context.print(`\n${offerProfile(directory, name, configuredAddress(directory), profile, context)}`)
  },
}

async function issueOne(
  given: Options,
  context: CertsContext,
  what: { name: string; use: LeafRequest['use']; names: JsonGeneralNames },
): Promise<void> {
  const { name } = what
  checkName(name)
  const directory = directoryOf(given)
  const days = numberOption(given, 'days', MAX_LEAF_DAYS, LEAF_DAYS)
  const key = keyOption(given)
  const access = keyAccess(given.value('group'))
  await withAuthority(directory, context.now, async (authority) => {
    if (exists(directory, name) && !given.flag('force')) {
      const remedy = `extend it with: keagate certs renew ${name}; or add --force for a new one with a new key`
      throw certsError(`there is a certificate ${name} in ${directory} already`, remedy)
    }
    const made = await issue(authority, { ...what, days, key })
    place(directory, name, made, access)
    const end = dateText(made.notAfter)
    context.print(`${certFile(directory, name)}  good until ${end}\n${keyFile(directory, name)}\n`)
  })
}
