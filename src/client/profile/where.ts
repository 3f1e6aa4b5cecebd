// Decides which of options, environment, profiles and configuration files name the server for a command. Users,
// passwords and keys that belong to the server of one of these are never sent to the server of another.

import { existsSync } from 'node:fs'
import { nearestWord } from '../../config/schema/suggestions.ts'
import { clientUsage } from '../error.ts'
import { readAgentConfig, usualConfigs } from './agent-config.ts'
import { readEnvironment } from './environment.ts'
import { readProfiles } from './profile-file.ts'
import type { ProfileFile } from './profile-file.ts'
import type { Profile } from './profile.ts'

export interface WhereOptions extends Profile {
  readonly profile?: string
  readonly config?: string
  readonly password?: string
}

/** A profile, and what does not belong to a profile. */
export interface Where {
  readonly profile: Profile
  readonly password: string | null
  /** What names the server where no option does, such as `/etc/kea/keagate.conf`; null: an option does. */
  readonly from: string | null
}

/** @throws {KeagateError} CLIENT_USAGE */
export function decideWhere(options: WhereOptions, env: NodeJS.ProcessEnv, usual = usualConfigs): Where {
  const { profile: name, config, password = null, ...own } = options
  const places = [own.url, own.socket, config].filter((place) => place !== undefined)
  if (places.length > 1) throw clientUsage('--url, --socket and --config exclude each other')
  const surroundings = readEnvironment(env)
  const { profile: around } = surroundings
  const hasPlace = around.url !== undefined || around.socket !== undefined || surroundings.config !== null
  if (name !== undefined) {
    if (places.length > 0) {
      const option = own.url !== undefined ? '--url' : own.socket !== undefined ? '--socket' : '--config'
      const remedy = 'a profile has the credentials of one server; write a profile for the other one'
      throw clientUsage(`${option} does not go with --profile`, remedy)
    }
    return { profile: { ...named(name, readProfiles(env)), ...own }, password, from: null }
  }
  if (places.length > 0) {
    // The environment counts only if it names no server: else its users, passwords and keys are for that server.
    const shared = hasPlace ? {} : around
    const all = { ...shared, ...own }
    const secret = password ?? (hasPlace ? null : surroundings.password)
    return config === undefined ? { profile: all, password: secret, from: null } : configured(config, all, secret, null)
  }
  const all = { ...around, ...own }
  const secret = password ?? surroundings.password
  if (surroundings.config !== null) return configured(surroundings.config, all, secret, 'KEAGATE_CONFIG')
  if (hasPlace) return { profile: all, password: secret, from: around.url === undefined ? 'KEAGATE_SOCKET' : 'KEAGATE_URL' }
  const file = readProfiles(env)
  const main = surroundings.name ?? file.default
  if (main !== null) return { profile: { ...named(main, file), ...all }, password: secret, from: `profile ${main}` }
  const found = usual.find((each) => existsSync(each))
  if (found !== undefined) return configured(found, all, secret, found)
  const missing = [...usual, file.file].join(', no ')
  const remedy = `name it with --url, --socket, --config or --profile; there is no ${missing} either`
  throw clientUsage('nothing says where to send the command', remedy)
}

function configured(file: string, over: Profile, password: string | null, from: string | null): Where {
  const found = readAgentConfig(file, over.user ?? null)
  const ownUser = over.user !== undefined && found.profile.user !== over.user
  const apart = ownUser || over['password-file'] !== undefined
  const profile = { ...(apart ? without(found.profile, ['user', 'password-file']) : found.profile), ...over }
  return { profile, password: password ?? (ownUser ? null : found.password), from }
}

function without(profile: Profile, keys: readonly string[]): Profile {
  return Object.fromEntries(Object.entries(profile).filter(([key]) => !keys.includes(key)))
}

function named(name: string, { file, profiles }: ProfileFile): Profile {
  const profile = profiles.get(name)
  if (profile !== undefined) return profile
  const near = nearestWord(name, [...profiles.keys()])
  const known = profiles.size === 0 ? 'there is none' : `it has ${[...profiles.keys()].join(', ')}`
  throw clientUsage(`no profile ${JSON.stringify(name)} in ${file}`, near === null ? known : `did you mean ${near.word}?`)
}
