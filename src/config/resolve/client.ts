// One entry of `clients`: its variants, its files, and what a user and a password may be.

import { isAbsolute, resolve } from 'node:path'
import { checkCertificateName } from './certificate-name.ts'
import { maskedPassword } from '../print/masked-password.ts'
import { parsePasswordHash } from './password-hash.ts'
import type { PasswordHash } from './password-hash.ts'
import { resolveFile } from './paths.ts'
import type { SecretFiles } from './secret-file.ts'
import type { Section } from '../parse/section.ts'
import { quoted } from '../schema/messages.ts'
import type { ClientConfig } from '../types.ts'
import { userContextOf } from '../parse/user-context.ts'

/** A client whose password is null where `*****` was written: the password in force has still to be found. */
export interface ClientDraft extends Omit<ClientConfig, 'password'> {
  readonly password: string | null
  readonly section: Section
}

export interface ClientRules {
  /** `directory` as written; prefix of the file names. */
  readonly directory: string
  /** The folder that relative names start from; absolute. */
  readonly base: string
  /** Whether `*****` may stand for the password in force. */
  readonly hiddenAllowed: boolean
  readonly files: SecretFiles
}

/** Passwords of Kea's documentation that people paste; Kea 3 refuses them too, as literals only. */
const REFUSED: ReadonlySet<string> = new Set(['1234', 'keatest', maskedPassword])

/** @returns null, with errors, where the entry gives no usable user and password */
export function readClient(section: Section, rules: ClientRules): ClientDraft | null {
  const userContext = userContextOf(section)
  const userFile = section.string('user-file')
  const passwordFile = section.string('password-file')
  const conflict = [
    exclusive(section, 'user', 'user-file'),
    exclusive(section, 'password', 'password-file'),
    exclusive(section, 'password', 'password-hash'),
    exclusive(section, 'password-file', 'password-hash'),
  ].includes(true)
  const userInPasswordFile = !section.has('user') && !section.has('user-file') && section.has('password-file')
  if (conflict) return null
  const pair = userInPasswordFile ? combined(section, rules) : separate(section, rules)
  if (pair === null || !checkUser(section, pair.user, userFile ?? passwordFile)) return null
  warnOfEmptyPassword(section, pair)
  const certSubject = section.string('cert-subject')
  checkCertificateName(section, 'cert-subject')
  const certFingerprint = readFingerprint(section)
  return { ...pair, userFile, passwordFile, userInPasswordFile, certSubject, certFingerprint, userContext, section }
}

/** As upper-case hex pairs joined by colons. It may be written with colons, blanks or nothing between the pairs. */
function readFingerprint(section: Section): string | null {
  const written = section.string('cert-fingerprint')
  const digits = written?.replace(/[: ]/g, '') ?? null
  if (digits === null || /^[0-9A-Fa-f]{64}$/.test(digits)) return digits?.toUpperCase().match(/../g)?.join(':') ?? null
  const remedy = 'openssl x509 -noout -fingerprint -sha256 -in CERTIFICATE shows it'
  section.error('cert-fingerprint', 'cert-fingerprint must have the 64 hex digits of SHA-256', remedy)
  return null
}

/** As in Kea, a missing password means the empty one. */
function warnOfEmptyPassword(section: Section, { password, hash }: Pair): void {
  if (password !== '' || hash !== null) return
  const key = ['password', 'password-file', 'user', 'user-file'].find((each) => section.has(each)) ?? 'user'
  const text = 'the password of this user is empty, so an empty one lets a client in'
  section.warning('KEAGATE_CONFIG_WARNING', key, text, 'add "password-file" or "password-hash" (keagate hash-password)')
}

interface Pair {
  readonly user: string
  readonly password: string | null
  readonly hash: PasswordHash | null
}

/** User and password each from a literal or a file of their own. */
function separate(section: Section, rules: ClientRules): Pair | null {
  if (!section.has('user') && !section.has('user-file')) {
    section.error(
      section.start,
      'the user is missing',
      'add "user" or "user-file", or "password-file" alone for a file that holds USER:PASSWORD',
    )
    return null
  }
  const user = section.has('user-file') ? fileContent(section, 'user-file', rules) : section.string('user')
  if (section.has('password-hash')) {
    const secret = hashedPassword(section, rules)
    return user === null || secret === undefined ? null : { user, ...secret }
  }
  const password = section.has('password-file')
    ? fileContent(section, 'password-file', rules)
    : literalPassword(section, rules)
  if (user === null || password === undefined || (password === null && section.has('password-file'))) return null
  return { user, password, hash: null }
}

/** @returns undefined, with an error, for a hash that cannot be used */
function hashedPassword(section: Section, rules: ClientRules): Omit<Pair, 'user'> | undefined {
  const text = section.string('password-hash')
  if (text === null) return undefined
  if (text === maskedPassword && rules.hiddenAllowed) return { password: null, hash: null }
  if (text === maskedPassword) {
    refuseHidden(section, 'password-hash')
    return undefined
  }
  const hash = parsePasswordHash(text)
  if (typeof hash !== 'string') return { password: '', hash }
  const fault = `the password hash cannot be used: ${hash}`
  section.error('password-hash', fault, 'make one with: keagate hash-password')
  return undefined
}

/** One file with `user:password`; the password may hold more colons. */
function combined(section: Section, rules: ClientRules): Pair | null {
  const content = fileContent(section, 'password-file', rules)
  if (content === null) return null
  const colon = content.indexOf(':')
  if (colon >= 0) return { user: content.slice(0, colon), password: content.slice(colon + 1), hash: null }
  section.error(
    'password-file',
    `${clientFile(section, 'password-file', rules)} holds no colon, but without "user" it must hold USER:PASSWORD`,
    'add "user" for a file that holds the password alone',
  )
  return null
}

/** @returns null for `*****` where it may stand for the password in force; undefined, with an error, if refused */
function literalPassword(section: Section, rules: ClientRules): string | null | undefined {
  const password = section.string('password')
  // A user without a password has the empty one; a password of the wrong type has been reported.
  if (password === null) return section.has('password') ? undefined : ''
  if (password === maskedPassword && rules.hiddenAllowed) return null
  if (!REFUSED.has(password)) return password
  if (password === maskedPassword) refuseHidden(section, 'password')
  else {
    const text = 'the password is one from the examples in documentation, which anyone can look up'
    section.error('password', text, 'choose another one, or name a file with "password-file"')
  }
  return undefined
}

function refuseHidden(section: Section, key: 'password' | 'password-hash'): void {
  const text = `the password is ${maskedPassword}, which config-get shows in the place of a password`
  section.error(key, text, 'write the password itself, or name a file with "password-file"')
}

function checkUser(section: Section, user: string, file: string | null): boolean {
  const fault =
    user === '' ? 'is empty' : user.includes(':') ? 'holds a colon' : /[\r\n]/.test(user) ? 'holds a line end' : null
  if (fault === null) return true
  const key = section.has('user') ? 'user' : section.has('user-file') ? 'user-file' : 'password-file'
  const from = section.has('user') || file === null ? '' : ` in ${quoted(file)}`
  const remedy = fault === 'holds a colon' ? 'HTTP ends the name of a user at the first colon' : null
  section.error(key, `the name of the user${from} ${fault}`, remedy)
  return false
}

/** Two keywords that say the same in two ways. @returns whether both are given */
function exclusive(section: Section, one: string, other: string): boolean {
  if (!section.has(one) || !section.has(other)) return false
  const [first, second] = section.keySpot(one).offset < section.keySpot(other).offset ? [one, other] : [other, one]
  section.error(
    section.keySpot(second),
    `"${second}" and "${first}" at ${section.keyPosition(first)} exclude each other`,
    'keep one of them',
  )
  return true
}

/** @returns null, with an error, where there is nothing to read; a wrong type has been reported */
function fileContent(section: Section, key: 'user-file' | 'password-file', rules: ClientRules): string | null {
  const path = clientFile(section, key, rules)
  if (path === null) return null
  const content = rules.files.read(path)
  if (!content.ok) {
    section.error(key, `${key} ${path} cannot be used: ${content.reason}`, content.remedy)
    return null
  }
  if (key === 'password-file' && content.othersMayRead) {
    const text = `any user of this machine may read ${path}`
    section.warning('KEAGATE_CONFIG_WARNING', key, text, `run: chmod o-r ${path}`)
  }
  return content.text
}

/**
 * The path of a file that holds a user or password; null where none is named. Kea's rule: directory, slash, name
 * without its first slash. Without a directory, the rule of all other files counts.
 */
export function clientFile(
  section: Section,
  key: 'user-file' | 'password-file',
  { directory, base }: Pick<ClientRules, 'directory' | 'base'>,
): string | null {
  const name = section.string(key)
  if (name === null) return null
  if (directory === '') return resolveFile(name, base)
  const folder = isAbsolute(directory) ? directory : resolve(base, directory)
  return `${folder}/${name.replace(/^\//, '')}`
}
