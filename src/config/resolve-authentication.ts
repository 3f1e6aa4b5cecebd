// HTTP basic authentication of the configuration: who may come in, with users and passwords read from their files.

import { readClient } from './client.ts'
import type { ClientDraft } from './client.ts'
import { keepPassword } from './hidden-password.ts'
import { limitsOf, lockOutRows } from './limits.ts'
import type { Section } from './section.ts'
import type { AuthenticationConfig, ClientConfig } from './types.ts'
import { userContextOf } from './user-context.ts'

export interface AuthenticationRules {
  /** The folder that relative names start from; absolute. */
  readonly directory: string
  /** The clients in force whose passwords `*****` may stand for; null where nothing may: in files. */
  readonly known: readonly ClientConfig[] | null
}

export function resolveAuthentication(agent: Section, rules: AuthenticationRules): AuthenticationConfig | null {
  const section = agent.section('authentication')
  if (section === null) return null
  const realm = section.string('realm') ?? 'kea-control-agent'
  if (/[\u0000-\u001f\u007f]/.test(realm)) {
    section.error('realm', 'realm holds a control character, such as a line end', 'write the realm in one line')
  }
  const directory = section.string('directory') ?? ''
  const drafts = (section.sections('clients') ?? []).map((client) => {
    return readClient(client, { directory, base: rules.directory, hiddenAllowed: rules.known !== null })
  })
  if (drafts.length === 0) {
    const text = 'authentication without clients asks nobody for a password, as with kea-ctrl-agent'
    section.warning('KEAGATE_CONFIG_WARNING', 'clients', text, 'name the clients, or leave authentication out')
  }
  const lockOut = section.section('lock-out')
  return {
    realm,
    directory,
    lockOut: limitsOf(lockOutRows, (keyword) => lockOut?.integer(keyword) ?? null),
    clients: drafts.flatMap((draft) => clientOf(draft, drafts, rules.known ?? [])),
    userContext: userContextOf(section),
  }
}

function clientOf(
  draft: ClientDraft | null,
  drafts: readonly (ClientDraft | null)[],
  known: readonly ClientConfig[],
): ClientConfig[] {
  if (draft === null) return []
  const { password, section, ...client } = draft
  if (password !== null) return [{ ...client, password }]
  const sameUser = drafts.filter((other) => other?.user === client.user)
  const kept = keepPassword(section, client.user, { place: sameUser.indexOf(draft), of: sameUser.length }, known)
  return kept === null ? [] : [{ ...client, ...kept }]
}
