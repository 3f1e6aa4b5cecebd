// Makes a profile ready for use: reads its files, and finds or asks for the password.

import { readSecretFile } from '../../config/resolve/secret-file.ts'
import { tlsFile } from '../../tls/files/tls-file.ts'
import type { ClientTls, Door } from '../door.ts'
import { clientUsage } from '../error.ts'
import { readUrl } from './profile.ts'
import type { Profile } from './profile.ts'
import type { Where } from './where.ts'

/** The default time for one answer, in seconds; keagate itself waits 60 s for a daemon. */
const defaultTimeout = 70

/**
 * @param askPassword asks for the password of a user; null: there is no terminal to ask on
 * @throws {KeagateError} CLIENT_USAGE
 */
export async function openDoor(
  { profile, password }: Where,
  askPassword: ((user: string) => Promise<string>) | null,
): Promise<Door> {
  const timeoutMs = Math.round((profile.timeout ?? defaultTimeout) * 1000)
  if (profile.socket !== undefined) return { target: { socketPath: profile.socket }, timeoutMs }
  const url = readUrl(profile.url ?? '', 'what was given')
  const user = profile.user ?? (url.username === '' ? undefined : decodeURIComponent(url.username))
  url.username = ''
  if (url.protocol === 'http:' && (profile.cert !== undefined || profile.ca !== undefined)) {
    throw clientUsage('certificates go with https', `write the URL as https://${url.host}${url.pathname}`)
  }
  const tls = url.protocol === 'https:' ? { tls: readTls(profile) } : {}
  const secret = user === undefined ? null : await passwordOf(user, profile, password, askPassword)
  return {
    target: { url },
    timeoutMs,
    ...tls,
    ...(user === undefined || secret === null ? {} : { authorization: { user, password: secret } }),
  }
}

function readTls({ ca, cert, key, 'server-name': servername }: Profile): ClientTls {
  if (cert === undefined && key !== undefined) throw clientUsage('a key needs its certificate', 'name it with --cert')
  return {
    ...(ca === undefined ? {} : { ca: contents('ca', ca) }),
    ...(cert === undefined ? {} : { cert: contents('cert', cert), key: contents('key', key ?? cert) }),
    ...(servername === undefined ? {} : { servername }),
  }
}

function contents(what: string, file: string): Buffer {
  const found = tlsFile(file)
  if ('bytes' in found) return found.bytes
  throw clientUsage(`${what} ${file} cannot be read: ${found.reason}`, found.remedy)
}

async function passwordOf(
  user: string,
  { 'password-file': file }: Profile,
  given: string | null,
  askPassword: ((user: string) => Promise<string>) | null,
): Promise<string> {
  if (given !== null) return given
  if (file !== undefined) return secretIn(file)
  if (askPassword !== null) return askPassword(user)
  throw clientUsage(`user ${JSON.stringify(user)} has no password`, 'name a file that holds it with --password-file')
}

function secretIn(file: string): string {
  const read = readSecretFile(file)
  if (!read.ok) throw clientUsage(`password file ${file} cannot be used: ${read.reason}`, read.remedy ?? undefined)
  if (read.text === '') throw clientUsage(`password file ${file} is empty`)
  return read.text
}
