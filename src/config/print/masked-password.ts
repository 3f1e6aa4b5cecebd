// `*****`, which `config-get` shows in the place of a password: what it means when it comes back.

import type { Section } from '../parse/section.ts'
import type { ClientConfig } from '../types.ts'

export const maskedPassword = '*****'

type Kept = Pick<ClientConfig, 'password' | 'hash' | 'userFile' | 'passwordFile' | 'userInPasswordFile'>

/**
 * The password in force of a user, and where it came from. Several passwords of one user are told apart by their order,
 * for which there must be as many entries as before.
 * @param entry the place of this entry among those of the same user, and their number
 * @param candidates the clients in force that have this user
 * @returns null, with an error, where it cannot be told which password is meant
 */
export function unmaskPassword(
  section: Section,
  entry: { readonly place: number; readonly of: number },
  candidates: readonly ClientConfig[],
): Kept | null {
  const [first] = candidates
  if (first === undefined) {
    section.error(
      keyOf(section),
      `${maskedPassword} stands for the password in force, but this user has none`,
      'write the password itself',
    )
    return null
  }
  const alike = candidates.every(({ password, hash }) => password === first.password && hash?.text === first.hash?.text)
  const chosen = candidates.length === entry.of ? candidates[entry.place] : alike ? first : undefined
  if (chosen === undefined) {
    section.error(
      keyOf(section),
      `${maskedPassword} could stand for any of ${candidates.length} passwords of this user`,
      'give each of them an entry in the order of config-get, or write the password itself',
    )
    return null
  }
  const { password, hash, passwordFile, userInPasswordFile } = chosen
  if (passwordFile !== null) return { password, hash, passwordFile, userInPasswordFile, userFile: chosen.userFile }
  return { password, hash, passwordFile, userInPasswordFile, userFile: section.string('user-file') }
}

function keyOf(section: Section): 'password' | 'password-hash' {
  return section.has('password-hash') ? 'password-hash' : 'password'
}
