// `keagate certs renew`: renews certificates and the revocation list. Made to be run by a timer.

import 'reflect-metadata'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SubjectAlternativeNameExtension, X509Certificate } from '@peculiar/x509'
import type { JsonGeneralNames } from '@peculiar/x509'
import type { Authority } from './authority.ts'
import { issue } from './authority.ts'
import { day } from './certificate.ts'
import type { KeyKind, KeyPair } from './certificate.ts'
import { dateText, directoryOf, withAuthority } from './command.ts'
import type { CertsCommand, CertsContext } from './command.ts'
import { readCrl, writeCrl } from './crl.ts'
import { keyFile, place, readIssued } from './directory.ts'
import type { Issued } from './directory.ts'
import { sameAccess } from './group.ts'
import type { Options } from './options.ts'
import { numberOption } from './options.ts'
import { LEAF_DAYS, MAX_LEAF_DAYS } from './profile.ts'
import { certsError } from './error.ts'

const WITHIN = 30

export const renewCommand: CertsCommand = {
  usage: `renew [NAME...] [OPTION...]

Renews the named certificates, or every one that expires soon and is not revoked, with the same names and the same key.
Always renews the revocation list. A running keagate takes both by itself.

  --within N       without names: those that expire within N days (${WITHIN})
  --new-key        with a new key of the same kind
  --days N         days until they expire, at most ${MAX_LEAF_DAYS} (${LEAF_DAYS})
  --dir DIR        the directory made by "keagate certs init" (the working directory)`,
  options: { within: 'value', 'new-key': 'flag', days: 'value', dir: 'value' },
  run: renew,
}

async function renew(options: Options, context: CertsContext): Promise<void> {
  const directory = directoryOf(options)
  const request = {
    names: [...new Set(options.words)],
    within: numberOption(options, 'within', 4000, WITHIN),
    days: numberOption(options, 'days', MAX_LEAF_DAYS, LEAF_DAYS),
    newKey: options.flag('new-key'),
  }
  await withAuthority(directory, context.now, async (authority) => {
    for (const line of await renewIn(directory, authority, request)) context.print(`${line}\n`)
  })
}

interface RenewalRequest {
  /** Empty: all certificates that expire soon. */
  readonly names: readonly string[]
  /** Days. */
  readonly within: number
  readonly days: number
  readonly newKey: boolean
}

const usual: RenewalRequest = { names: [], within: WITHIN, days: LEAF_DAYS, newKey: false }

/**
 * Renews certificates and the revocation list. The directory has to be locked.
 * @returns a line of text for each
 */
export async function renewIn(directory: string, authority: Authority, request = usual): Promise<readonly string[]> {
  const list = readCrl(directory)
  const revoked = new Set(list.revoked.map(({ serial }) => serial))
  const current = readIssued(directory).filter((entry) => entry.current && entry.use !== 'ca')
  const soon = authority.now.getTime() + request.within * day
  const expiring = current.filter(
    ({ serial, certificate }) => !revoked.has(serial) && Date.parse(certificate.validTo) <= soon,
  )
  const named = request.names.map((name) => renewable(name, current, revoked, directory))
  const wanted = named.length > 0 ? named : expiring
  // Those of servers last, right before the revocation list: a running keagate then takes both as one change.
  const serversLast = [...wanted].sort((a, b) => Number(a.use === 'server') - Number(b.use === 'server'))
  const lines = new Map<Issued, string>()
  for (const entry of serversLast) {
    lines.set(entry, `${entry.name}  good until ${dateText(await renewOne(directory, entry, authority, request))}`)
  }
  const nextUpdate = await writeCrl(directory, { ...list, number: list.number + 1n }, authority)
  const none = wanted.length === 0 ? [`no certificate expires within ${request.within} days`] : []
  return [...wanted.map((entry) => lines.get(entry) ?? ''), ...none, `crl.pem  good until ${dateText(nextUpdate)}`]
}

function renewable(
  name: string,
  current: readonly Issued[],
  revoked: ReadonlySet<string>,
  directory: string,
): Issued {
  const found = current.find((entry) => entry.name === name)
  if (found === undefined) {
    throw certsError(`there is no certificate ${JSON.stringify(name)} in ${directory}`, 'see: keagate certs list')
  }
  if (revoked.has(found.serial)) {
    const remedy = `make a new one with: keagate certs ${found.use} ${name} --force`
    throw certsError(`the certificate ${name} is revoked`, remedy)
  }
  return found
}

async function renewOne(
  directory: string,
  { name, use, certificate }: Issued,
  authority: Authority,
  { days, newKey }: RenewalRequest,
): Promise<Date> {
  const made = await issue(authority, {
    name,
    use: use === 'server' ? 'server' : 'client',
    names: namesOf(certificate.raw),
    days,
    key: newKey ? kindOf(certificate.publicKey.asymmetricKeyType) : currentKey(directory, name),
  })
  place(directory, name, made, sameAccess(directory, name))
  return made.notAfter
}

function namesOf(der: Buffer): JsonGeneralNames {
  const extension = new X509Certificate(new Uint8Array(der)).getExtension(SubjectAlternativeNameExtension)
  return extension === null ? [] : extension.names.toJSON()
}

function kindOf(type: string | undefined): KeyKind {
  return type === 'rsa' ? 'rsa' : 'p256'
}

function currentKey(directory: string, name: string): KeyPair {
  const file = keyFile(directory, name)
  try {
    const privateKey = createPrivateKey(readFileSync(file))
    return { privateKey, publicKey: createPublicKey(privateKey) }
  } catch (error) {
    const remedy = `restore it from a copy, or make a new one with: keagate certs renew ${name} --new-key`
    throw certsError(`the key ${file} cannot be read`, remedy, error)
  }
}
