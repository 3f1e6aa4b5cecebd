// The profile with which `keagate ask` uses a certificate of a directory: printed, or written to a file.

import path from 'node:path'
import { loadConfigFile } from '../config/load.ts'
import { writeProfile } from '../client/profile/profile-file.ts'
import type { Profile } from '../client/profile/profile.ts'
import { printPretty } from '../json/text/print.ts'
import type { CertsContext } from './command.ts'
import { CA, certFile, keyFile } from './directory.ts'
import { reachableHost } from './ready-config.ts'
import type { ListenAddress } from './ready-config.ts'
import { usageError } from './options.ts'
import type { Options } from './options.ts'

/** For the usage texts. */
export const profileLine = `
  --profile NAME   writes a profile of that name for "keagate ask"; without it the profile is printed`

/** @param address where the agent listens; null: not known */
function profileOf(directory: string, client: string, address: ListenAddress | null): Profile {
  const { host, port } = address ?? { host: 'HOST', port: 8000 }
  return {
    url: `https://${reachableHost(host)}:${port}/`,
    ca: certFile(directory, CA),
    cert: certFile(directory, client),
    key: keyFile(directory, client),
  }
}

/** The name that the option gives; null: there is none. */
export function profileName(options: Options): string | null {
  const name = options.value('profile')
  if (name !== null && !/^[\w.-]{1,64}$/.test(name)) throw usageError('option --profile takes letters, digits, dots and dashes')
  return name
}

/**
 * Writes the profile if it has a name; without one it is only printed, for pasting.
 * @returns what to print
 * @throws {KeagateError} CLIENT_USAGE: the file with the profiles cannot be written
 */
export function offerProfile(
  directory: string,
  client: string,
  address: ListenAddress | null,
  name: string | null,
  { env, program }: CertsContext,
): string {
  const profile = profileOf(directory, client, address)
  if (name === null) return `Profile for "keagate ask" (--profile NAME writes it):\n\n${printPretty({ ...profile })}\n`
  const { file, isDefault } = writeProfile(env, name, profile)
  const edit = address === null ? '; its URL is to be filled in' : ''
  const option = isDefault ? '' : ` --profile ${name}`
  return `Profile ${name} is in ${file}${edit}. Ask with it:\n\n${program} ask${option} list-commands\n`
}

/** Where the configuration of a directory listens; null if it cannot be read. */
export function configuredAddress(directory: string): ListenAddress | null {
  try {
    const { config } = loadConfigFile(path.join(directory, 'keagate.conf'), { env: {}, pathChecks: false })
    return { host: config.httpHost, port: config.httpPort }
  } catch {
    return null
  }
}
