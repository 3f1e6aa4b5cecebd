// The file with the profiles: `$XDG_CONFIG_HOME/keagate/client.json`.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { memberOf } from '../../json/text/node.ts'
import type { JsonNode } from '../../json/text/node.ts'
import { parseJson } from '../../json/text/parser.ts'
import { nodeToPrintable, printPretty } from '../../json/text/print.ts'
import type { Printable } from '../../json/text/print.ts'
import { textSource } from '../../json/text/source.ts'
import { systemText } from '../../errors.ts'
import { clientUsage } from '../error.ts'
import { createPrivateFolder } from '../private-folder.ts'
import { readProfile } from './profile.ts'
import type { Profile } from './profile.ts'

export interface ProfileFile {
  readonly file: string
  /** The name of the profile that is used if none is named; null: there is none. */
  readonly default: string | null
  /** By name. Relative file names in them are resolved already, from the folder of the file. */
  readonly profiles: ReadonlyMap<string, Profile>
}

/** The path of the file (XDG Base Directory Specification 0.8). */
export function profilePath(env: NodeJS.ProcessEnv): string {
  const given = env['XDG_CONFIG_HOME'] ?? ''
  const base = path.isAbsolute(given) ? given : path.join(env['HOME'] ?? os.homedir(), '.config')
  return path.join(base, 'keagate', 'client.json')
}

/**
 * Reads the profiles; without a file there are none.
 * @throws {KeagateError} CLIENT_USAGE
 */
export function readProfiles(env: NodeJS.ProcessEnv): ProfileFile {
  const file = profilePath(env)
  const root = readRoot(file)
  if (root === null) return { file, default: null, profiles: new Map() }
  const { default: main, profiles } = membersOf(file, root)
  return {
    file,
    default: main,
    profiles: new Map(profiles.map(([name, node]) => [name, absolute(readProfile(name, node), path.dirname(file))])),
  }
}

export interface Written {
  readonly file: string
  readonly isDefault: boolean
}

/**
 * Adds or replaces a profile in the file, in one step. The first profile becomes the default. Others are not changed.
 * @throws {KeagateError} CLIENT_USAGE
 */
export function writeProfile(env: NodeJS.ProcessEnv, name: string, profile: Profile): Written {
  const file = profilePath(env)
  const root = readRoot(file)
  const before = root === null ? { default: null, profiles: [] } : membersOf(file, root)
  const main = before.default ?? name
  const profiles = new Map<string, Printable>(before.profiles.map(([each, node]) => [each, nodeToPrintable(node)]))
  profiles.set(name, { ...profile })
  const text = `${printPretty({ default: main, profiles })}\n`
  const scratch = `${file}.${process.pid}.new`
  try {
    createPrivateFolder(path.dirname(file))
    writeFileSync(scratch, text, { mode: 0o600, flag: 'wx' })
    renameSync(scratch, file)
  } catch (error) {
    rmSync(scratch, { force: true })
    throw clientUsage(`${file} cannot be written: ${systemText(error)}`)
  }
  return { file, isDefault: main === name }
}

const form = 'it has this form: { "default": "NAME", "profiles": { "NAME": { "url": ... } } }'

function readRoot(file: string): JsonNode | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw clientUsage(`${file} cannot be read: ${systemText(error)}`)
  }
  const { root, errors: [first] } = parseJson(text, { dialect: 'command' })
  if (root !== null && first === undefined) return root
  const { line, column } = textSource(file, text).locate(first?.offset ?? 0)
  throw clientUsage(`${file}:${line}:${column}: ${first?.text ?? 'no JSON'}`, first?.remedy ?? undefined)
}

interface FileMembers {
  readonly default: string | null
  readonly profiles: readonly (readonly [string, JsonNode])[]
}

function membersOf(file: string, root: JsonNode): FileMembers {
  const profiles = root.kind === 'map' ? memberOf(root, 'profiles') : undefined
  const main = root.kind === 'map' ? memberOf(root, 'default') : undefined
  if (profiles?.kind !== 'map') throw clientUsage(`${file} has no map "profiles"`, form)
  if (main !== undefined && main.kind !== 'string') throw clientUsage(`"default" in ${file} is no name`)
  return { default: main?.value ?? null, profiles: profiles.members.map(({ key, value }) => [key, value]) }
}

function absolute(profile: Profile, folder: string): Profile {
  const names = (['socket', 'ca', 'cert', 'key', 'password-file'] as const).flatMap((key) => {
    const name = profile[key]
    return name === undefined ? [] : [[key, path.resolve(folder, name)] as const]
  })
  return { ...profile, ...Object.fromEntries(names) }
}
