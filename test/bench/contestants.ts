// Who is measured, and how each is started for a kind of work: the agent that keagate replaces, the floor, and keagate.

import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Child, Owner } from '../support/child.ts'
import { startChild } from '../support/child.ts'
import { freePort } from '../support/program.ts'
import type { FloorConfig } from './floor.ts'

export const contestants = ['agent', 'floor', 'keagate'] as const
export type Contestant = (typeof contestants)[number]

/**
 * What is switched on. Where a line of the table names nothing, only warnings are logged, by the agent and keagate
 * alike.
 */
export type Profile = 'plain' | 'logging' | 'guarded' | 'https' | 'https-basic' | 'mutual'

export interface TlsFiles {
  readonly ca: string
  readonly cert: string
  readonly key: string
  readonly clientCert: string
  readonly clientKey: string
}

/** What a client needs to get in. */
export interface Entrance {
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  readonly tls: (TlsFiles & { readonly mutual: boolean }) | null
}

export interface Running extends Entrance {
  readonly child: Child
}

export interface Surroundings {
  readonly owner: Owner
  /** Where configurations and logs go. */
  readonly directory: string
  /** The entry point of keagate. */
  readonly program: string
  /** Where this program's compiled parts are. */
  readonly parts: string
  /** Service name to socket path. */
  readonly sockets: Readonly<Record<string, string>>
  readonly certificates: TlsFiles
}

const credentials = { user: 'kea-api', password: 'as long as a password should be' }

let started = 0

/** Starts one; it is not waited for. */
export async function start(who: Contestant, profile: Profile, around: Surroundings): Promise<Running> {
  const port = await freePort()
  const directory = path.join(around.directory, `${who}-${profile}-${++started}`)
  mkdirSync(directory)
  const tls = usesTls(profile) ? { ...around.certificates, mutual: profile === 'mutual' } : null
  const child = who === 'floor' ? startFloor(port, tls, around) : startAgent(who, profile, port, directory, around)
  return { port, headers: headersFor(profile), tls, child }
}

function usesTls(profile: Profile): boolean {
  return profile === 'https' || profile === 'https-basic' || profile === 'mutual'
}

function usesPasswords(profile: Profile): boolean {
  return profile === 'guarded' || profile === 'https-basic'
}

/** Everybody gets the same request; the floor does not look at the password. */
function headersFor(profile: Profile): Record<string, string> {
  const { user, password } = credentials
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return { 'Content-Type': 'application/json', ...(usesPasswords(profile) ? { Authorization: basic } : {}) }
}

function startFloor(port: number, tls: FloorConfig['tls'], { owner, parts, sockets }: Surroundings): Child {
  const config: FloorConfig = { sockets, tls }
  return startChild(owner, process.execPath, [path.join(parts, 'floor.js'), `${port}`, JSON.stringify(config)])
}

function startAgent(
  who: 'agent' | 'keagate',
  profile: Profile,
  port: number,
  directory: string,
  around: Surroundings,
): Child {
  const file = path.join(directory, 'kea-ctrl-agent.conf')
  writeFileSync(file, JSON.stringify({ 'Control-agent': configuration(who, profile, port, directory, around) }))
  const [command, first] =
    who === 'agent' ? ['/usr/sbin/kea-ctrl-agent', []] : [process.execPath, [around.program]]
  return startChild(around.owner, command, [...first, '-c', file], {
    env: { KEA_PIDFILE_DIR: directory, KEA_LOCKFILE_DIR: 'none', KEA_LOGGER_DESTINATION: path.join(directory, 'early') },
    cwd: directory,
  })
}

function configuration(
  who: 'agent' | 'keagate',
  profile: Profile,
  port: number,
  directory: string,
  { sockets, certificates }: Surroundings,
): Record<string, unknown> {
  const sockets_ = Object.entries(sockets).map(([name, file]) => [name, { 'socket-type': 'unix', 'socket-name': file }])
  const log = { output: path.join(directory, 'log'), flush: true, maxsize: 0 }
  return {
    'http-host': '127.0.0.1',
    'http-port': port,
    'control-sockets': Object.fromEntries(sockets_) as unknown,
    loggers: [
      { name: 'kea-ctrl-agent', severity: profile === 'logging' ? 'INFO' : 'WARN', output_options: [log] },
    ],
    ...(usesPasswords(profile) ? { authentication: { type: 'basic', realm: 'kea', clients: [credentials] } } : {}),
    ...(usesTls(profile)
      ? {
          'trust-anchor': certificates.ca,
          'cert-file': certificates.cert,
          'key-file': certificates.key,
          'cert-required': profile === 'mutual',
        }
      : {}),
    // What kea-ctrl-agent 2.2 has no counterpart of.
    ...(who === 'keagate' && profile === 'guarded' ? guard(directory) : {}),
  }
}

function guard(directory: string): Record<string, unknown> {
  return {
    'access-control': {
      'assign-role-method': 'basic-authentication',
      'access-control-lists': [{ leases: { or: [{ hook: 'lease_cmds' }, { hook: 'host_cmds' }] } }],
      roles: [
        { name: 'somebody', 'accept-commands': 'READ' },
        {
          name: credentials.user,
          'accept-commands': { or: ['READ', 'leases'] },
          'reject-commands': { commands: ['lease4-wipe', 'lease6-wipe'] },
          'list-match-first': 'reject',
        },
      ],
    },
    'audit-log': { output: path.join(directory, 'audit'), maxsize: 0 },
  }
}
