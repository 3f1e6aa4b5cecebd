// `keagate certs init`: makes an authority, a server's and a client's certificate, and a configuration that starts.

import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { pidFolderIsUsable } from '../process/pid-file.ts'
import { shellWord } from '../tls/files/diagnostics.ts'
import { configuredAddress, offerProfile, profileLine, profileName } from './client-profile.ts'
import { issue, makeAuthority, openAuthority } from './authority.ts'
import { day } from './certificate.ts'
import { dateText, explained, oneWord } from './command.ts'
import type { CertsCommand, CertsContext } from './command.ts'
import { writeCrl } from './crl.ts'
import { CA, exists, place, sweep } from './directory.ts'
import { PRIVATE, PUBLIC, createFile, createFolder, createFolders } from './durable-file.ts'
import { keyAccess } from './group.ts'
import { finishInit, inTheWay, prepareInit } from './init-directory.ts'
import { locked } from './lock.ts'
import { LOOPBACK, checkName, ownNames, serverNames } from './name.ts'
import type { Options } from './options.ts'
import { keyOption, numberOption, usageError } from './options.ts'
import { LEAF_DAYS, MAX_LEAF_DAYS } from './profile.ts'
import { curlLine, readyConfig, tlsFragment } from './ready-config.ts'
import type { ListenAddress } from './ready-config.ts'
import { certsError } from './error.ts'
import { renewIn } from './renew.ts'

const SERVER = 'server'

export const initCommand: CertsCommand = {
  usage: `init DIR [OPTION...]

Makes in DIR: an authority (10 years), a certificate for this server and one for a first client, an empty revocation
list, keagate.conf, which starts with mutual TLS, and tls.inc, the same as a fragment.

  --san NAME,...   the server's host names and addresses, instead of those found; loopback is always added
  --host ADDRESS   where keagate is to listen (127.0.0.1); also added to the server's names
  --port PORT      (8000)
  --client NAME    name of the first client (client)
  --name NAME      what the authority is for (this host's name)
  --key p256|rsa   EC P-256, or RSA with 3072 bits, for all keys (p256)
  --days N         days until the certificates of server and client expire, at most ${MAX_LEAF_DAYS} (${LEAF_DAYS})
  --group GROUP    also lets this group read the server's key, such as _kea
  --keep           if there is an authority already, only renews what expires soon, and says how to start
  --force          moves an authority that is there into a folder old-... and starts over${profileLine}`,
  options: {
    san: 'list',
    host: 'value',
    port: 'value',
    client: 'value',
    name: 'value',
    key: 'value',
    days: 'value',
    group: 'value',
    profile: 'value',
    keep: 'flag',
    force: 'flag',
  },
  run: init,
}

async function init(options: Options, context: CertsContext): Promise<void> {
  const directory = path.resolve(oneWord(options, 'DIR, the directory to make the certificates in,'))
  const client = options.value('client') ?? 'client'
  checkName(client)
  if (client === SERVER) throw certsError('the client cannot be called server', 'the server is: use another name')
  const address = addressOption(options)
  const anyAddress = address.host === '0.0.0.0' || address.host === '::'
  const found = options.list('san').length > 0 ? [...LOOPBACK, ...options.list('san')] : ownNames()
  const names = serverNames(anyAddress ? found : [...found, address.host])
  const days = numberOption(options, 'days', MAX_LEAF_DAYS, LEAF_DAYS)
  const kind = keyOption(options)
  const serverKey = keyAccess(options.value('group'))
  const profile = profileName(options)

  const make = async (folder: string): Promise<void> => {
    createFolder(path.join(folder, 'issued'))
    const { authority, files } = await makeAuthority(options.value('name') ?? os.hostname(), kind, context.now)
    place(folder, CA, files, PRIVATE)
    place(folder, SERVER, await issue(authority, { name: SERVER, use: 'server', names, days, key: kind }), serverKey)
    place(folder, client, await issue(authority, { name: client, use: 'client', names: [], days, key: kind }), PRIVATE)
    await writeCrl(folder, { number: 1n, revoked: [] }, authority)
    createFile(path.join(folder, 'tls.inc'), tlsFragment(directory, SERVER), PUBLIC)
    createFile(path.join(folder, 'keagate.conf'), readyConfig(SERVER, address), PUBLIC)
  }
  const outcome = await explained(directory, async () => {
    createFolders(directory)
    return locked(directory, async () => {
      finishInit(directory, context.now)
      sweep(directory)
      if (options.flag('keep') && exists(directory, CA)) {
        const renewed = await renewIn(directory, openAuthority(directory, context.now))
        return `Kept what is in ${directory}:\n\n${renewed.join('\n')}\n`
      }
      if (!options.flag('force')) refuseToReplace(directory, client)
      await prepareInit(directory, make)
      const aside = finishInit(directory, context.now)
      const before = aside === null ? '' : `What was there before is in ${aside}\n\n`
      const end = dateText(new Date(context.now.getTime() + days * day))
      return before + description(directory, client, names.map(({ value }) => value), end)
    })
  })
  context.print(`${outcome}
Start it:

${pidFolderIsUsable(context.env) ? '' : `KEA_PIDFILE_DIR=${shellWord(directory)} `}${context.program} -c ${shellWord(path.join(directory, 'keagate.conf'))}

Ask it, from another terminal:

${curlLine(directory, client, configuredAddress(directory) ?? address)}

${offerProfile(directory, client, configuredAddress(directory) ?? address, profile, context)}`)
}

function description(directory: string, client: string, names: readonly string[], end: string): string {
  return `Made in ${directory}:

ca/            the authority; ca/key.pem can issue certificates: keep a copy, and keep it secret
server/        cert.pem and key.pem for ${names.join(', ')}; good until ${end}
${`${client}/`.padEnd(14)} cert.pem and key.pem for a client; good until ${end}
crl.pem        what is revoked: nothing
keagate.conf   a configuration that starts; tls.inc is its TLS part, for a configuration you have
`
}

function refuseToReplace(directory: string, client: string): void {
  const wanted = new Set([CA, SERVER, client, 'issued', 'crl.pem', 'tls.inc', 'keagate.conf'])
  const found = inTheWay(directory, wanted)
  if (found.length === 0) return
  const remedy = 'name another directory, or add --force to move that into a folder old-... and start over'
  throw certsError(`${directory} already holds ${found.join(', ')}`, remedy)
}

function addressOption(options: Options): ListenAddress {
  const host = options.value('host') ?? '127.0.0.1'
  if (net.isIP(host) === 0) throw usageError(`option --host takes an IP address, not ${JSON.stringify(host)}`)
  return { host, port: numberOption(options, 'port', 65_535, 8000) }
}
