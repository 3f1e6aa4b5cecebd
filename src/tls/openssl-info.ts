// Names the TLS library that Node runs on and what it can do, for `-V`, `-W` and the text of refusals.

import { getFips } from 'node:crypto'
import { createSecureContext, getCiphers } from 'node:tls'
import type { SecureContextOptions } from 'node:tls'

export interface TlsLibrary {
  /** Such as `OpenSSL 3.5.4`. */
  readonly name: string
  /** Whether it is the system's own library, which updates of the system replace; else it came with Node. */
  readonly shared: boolean
  readonly versions: readonly string[]
  /** Key exchange groups, the best first. */
  readonly groups: readonly string[]
  readonly fips: boolean
  /** The configuration file of OpenSSL that was named in the environment, or null. */
  readonly configFile: string | null
}

/** In the order in which they would be preferred. */
const knownGroups = ['X25519MLKEM768', 'X25519', 'P-256', 'P-384', 'P-521', 'X448', 'ffdhe2048', 'ffdhe3072']

/** @param env the environment of the process */
export function tlsLibrary(env: NodeJS.ProcessEnv): TlsLibrary {
  // Declared as plain values; builds without OpenSSL leave the variable out.
  const variables: { readonly node_shared_openssl?: unknown } = process.config.variables
  const configFile = env['OPENSSL_CONF'] ?? ''
  return {
    name: `OpenSSL ${process.versions.openssl}`,
    shared: variables.node_shared_openssl === true,
    versions: offeredVersions(),
    groups: knownGroups.filter((group) => offers({ ecdhCurve: group })),
    fips: getFips() === 1,
    configFile: configFile === '' ? null : configFile,
  }
}

/** The versions that have ciphers. The build, or a mode such as FIPS, may leave out all ciphers of a version. */
export function offeredVersions(ciphers: readonly string[] = getCiphers()): string[] {
  const old = ciphers.some((name) => name.startsWith('ecdhe-')) ? ['1.2'] : []
  return ciphers.some((name) => name.startsWith('tls_')) ? [...old, '1.3'] : old
}

/** Lines without indentation, one fact each. */
export function describeLibrary(library: TlsLibrary): string[] {
  return [
    `${library.name} (${library.shared ? "the system's" : 'part of Node.js'})`,
    `TLS ${library.versions.join(' and ')}, groups ${library.groups.join(', ')}`,
    'at least RSA 2048, EC 256, SHA-256',
    `FIPS ${library.fips ? 'on' : 'off'}, OPENSSL_CONF ${library.configFile ?? 'not set'}`,
  ]
}

/** Whether a context can be made with the options. An empty `ca` saves loading the system's certificates. */
export function offers(options: SecureContextOptions): boolean {
  try {
    createSecureContext({ ...options, ca: [] })
    return true
  } catch {
    // What failed stays in OpenSSL's error queue, where the next read or write of any TLS connection takes it for its
    // own (seen on Node 20). A context that can be made empties the queue.
    createSecureContext({ ca: [] })
    return false
  }
}
