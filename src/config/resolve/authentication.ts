// HTTP basic authentication of the configuration: who may come in, with users and passwords read from their files.

import { readClient } from './client.ts'
import type { ClientDraft } from './client.ts'
import { unmaskPassword } from '../print/masked-password.ts'
import type { Sliced } from '../../in-slices.ts'
import { limitsOf, lockOutRows } from '../limits.ts'
import { SecretFiles } from './secret-file.ts'
import type { Section } from '../parse/section.ts'
import type { AuthenticationConfig, ClientConfig } from '../types.ts'
import { userContextOf } from '../parse/user-context.ts'

export interface AuthenticationRules {
  /** The folder that relative names start from; absolute. */
  readonly directory: string
  /** The clients in force whose passwords `*****` may stand for; null: it stands for nothing, as in files. */
  readonly known: readonly ClientConfig[] | null
}

export function* resolveAuthentication(
  agent: Section,
  rules: AuthenticationRules,
): Sliced<AuthenticationConfig | null> {
  const section = agent.section('authentication')
  if (section === null) return null
  const realm = section.string('realm') ?? 'kea-control-agent'
  if (/[\u0000-\u001f\u007f]/.test(realm)) {
    section.error('realm', 'realm holds a control character, such as a line end', 'write the realm in one line')
  }
  const directory = section.string('directory') ?? ''
  const clientRules = {
    directory,
    base: rules.directory,
    hiddenAllowed: rules.known !== null,
    files: new SecretFiles(),
  }
  const drafts: (ClientDraft | null)[] = []
  for (const client of section.sections('clients') ?? []) {
    drafts.push(readClient(client, clientRules))
    yield
  }
  if (drafts.length === 0) {
    const text = 'authentication without clients asks for no password, as with kea-ctrl-agent'
    section.warning('KEAGATE_CONFIG_WARNING', 'clients', text, 'name the clients, or leave authentication out')
  }
  const lockOut = section.section('lock-out')
  return {
    realm,
    directory,
    lockOut: limitsOf(lockOutRows, (keyword) => lockOut?.integer(keyword) ?? null),
    clients: yield* clientsOf(drafts, rules.known ?? []),
    userContext: userContextOf(section),
  }
}

/** In the order written. */
function* clientsOf(drafts: readonly (ClientDraft | null)[], known: readonly ClientConfig[]): Sliced<ClientConfig[]> {
  const written = byUser(drafts.filter((draft) => draft !== null))
  const inForce = byUser(known)
  const places = new Map<string, number>()
  const clients: ClientConfig[] = []
  for (const draft of drafts) {
    yield
    if (draft === null) continue
    const { password, section, ...client } = draft
    const place = places.get(client.user) ?? 0
    places.set(client.user, place + 1)
    const entry = { place, of: written.get(client.user)?.length ?? 0 }
    const kept = password === null ? unmaskPassword(section, entry, inForce.get(client.user) ?? []) : { password }
    if (kept !== null) clients.push({ ...client, ...kept })
  }
  return clients
}

function byUser<Client extends { readonly user: string }>(clients: readonly Client[]): Map<string, Client[]> {
  const users = new Map<string, Client[]>()
  for (const client of clients) {
    const own = users.get(client.user)
    if (own === undefined) users.set(client.user, [client])
    else own.push(client)
  }
  return users
}
