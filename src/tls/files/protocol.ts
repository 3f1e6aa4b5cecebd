// Versions, ciphers and key exchange groups: the defaults, and whether the library can do what was configured.

import { constants } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import type { TlsConfig } from '../../config/types.ts'
import type { TlsDiagnostics } from './diagnostics.ts'
import { offeredVersions, offers } from '../openssl-info.ts'

/** TLS 1.2: forward secrecy and AEAD only. */
const CIPHERS_12 = [
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
]

/** TLS 1.3: all that RFC 8446 section 9.1 names. */
const SUITES_13 = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256']

/** 112 bits: RSA and DH from 2048, no SHA-1 signatures. Older Node sets less by itself. */
const SECURITY_LEVEL = '@SECLEVEL=2'

const GROUPS = 'X25519:P-256:P-384'

/** Keeps traffic that is recorded today from being read by later quantum computers. OpenSSL has it from 3.5 on. */
const HYBRID_GROUP = 'X25519MLKEM768'

type Protocol = Pick<TlsConfig, 'minVersion' | 'maxVersion' | 'ciphers' | 'groups' | 'sessionTickets'>

/** What is used where nothing else is configured. */
export const defaultProtocol: Protocol = {
  minVersion: '1.2', maxVersion: '1.3', ciphers: null, groups: null, sessionTickets: true,
}

/**
 * The part of a secure context that is not about certificates. Problems are noted, never thrown.
 * @param versions what the library can do
 */
export function protocolOptions(
  config: Protocol,
  diagnostics: TlsDiagnostics,
  versions: readonly string[] = offeredVersions(),
): SecureContextOptions {
  const { minVersion, maxVersion } = config
  if (minVersion > maxVersion) {
    const text = `min-version ${minVersion} is above max-version ${maxVersion}`
    diagnostics.problem('min-version', text, 'raise max-version or lower min-version')
  } else if (!versions.some((version) => version >= minVersion && version <= maxVersion)) {
    const library = `OpenSSL ${process.versions.openssl} can do here: ${versions.join(', ') || 'none'}`
    const text = `min-version ${minVersion} and max-version ${maxVersion} leave no TLS version that ${library}`
    diagnostics.problem('min-version', text, 'allow one of these, or see with "keagate -W" what limits the library')
  }
  return {
    minVersion: `TLSv${minVersion}`,
    maxVersion: `TLSv${maxVersion}`,
    ciphers: cipherList(config.ciphers ?? '', diagnostics),
    ecdhCurve: groupList(config.groups, diagnostics),
    // Only where DHE ciphers are configured; without this option OpenSSL would leave them out silently.
    ...(/(^|[:, ])DHE-/.test(config.ciphers ?? '') ? { dhparam: 'auto' } : {}),
    honorCipherOrder: true,
    secureOptions:
      constants.SSL_OP_NO_RENEGOTIATION |
      constants.SSL_OP_NO_COMPRESSION |
      (config.sessionTickets ? 0 : constants.SSL_OP_NO_TICKET),
  }
}

/**
 * The configured ciphers, checked one by one because OpenSSL skips names it does not know. A list that names ciphers
 * for one version only, TLS 1.2 or 1.3, keeps the default of the other version.
 */
function cipherList(configured: string, diagnostics: TlsDiagnostics): string {
  const elements = elementsOf(configured)
  const suites13 = elements.filter((element) => element.startsWith('TLS_'))
  const commands = elements.filter((element) => element.startsWith('@'))
  const list = [
    ...(suites13.length > 0 ? suites13 : SUITES_13),
    ...ciphers12(configured),
    '!aNULL',
    '!eNULL',
    ...(commands.some((command) => command.startsWith('@SECLEVEL')) ? [] : [SECURITY_LEVEL]),
    ...commands,
  ].join(':')
  // A name after `!`, `-` or `+` removes or reorders ciphers; alone it makes no list, so it cannot be tried.
  const unknown = elements.find((element) => /^\w/.test(element) && !isKnown(element))
  if (unknown !== undefined || !offers({ ciphers: list })) {
    const text =
      unknown === undefined
        ? `ciphers "${configured}" leaves no cipher that encrypts and authenticates`
        : `ciphers names "${unknown}", which OpenSSL ${process.versions.openssl} does not know under this name`
    diagnostics.problem('ciphers', text, "use OpenSSL's own names, listed by: openssl ciphers -stdname")
  }
  return list
}

/** Each element once, because trying one takes a tenth of a millisecond. */
function elementsOf(configured: string): string[] {
  return [...new Set(configured.split(/[:, ]+/))].filter((element) => element !== '')
}

/** The part of a cipher list that concerns TLS 1.2: names, and words that remove or reorder. None: the default. */
export function ciphers12(configured: string): readonly string[] {
  const elements = elementsOf(configured).filter((element) => !/^(TLS_|@)/.test(element))
  return elements.length > 0 ? elements : CIPHERS_12
}

/** Standard names of TLS 1.2 ciphers (`TLS_…_WITH_…`) are refused: here they would be put among those of TLS 1.3. */
function isKnown(cipher: string): boolean {
  return !cipher.includes('_WITH_') && offers({ ciphers: cipher })
}

/** The default groups with colons between them, the best first. */
export function defaultGroups(): string {
  return offers({ ecdhCurve: HYBRID_GROUP }) ? `${HYBRID_GROUP}:${GROUPS}` : GROUPS
}

function groupList(configured: string | null, diagnostics: TlsDiagnostics): string {
  if (configured === null) return defaultGroups()
  if (!offers({ ecdhCurve: configured })) {
    const unknown = [...new Set(configured.split(/[:/]/))].find((group) => !offers({ ecdhCurve: group })) ?? configured
    const text = `groups names "${unknown}", which OpenSSL ${process.versions.openssl} cannot do`
    const remedy = unknown === HYBRID_GROUP
      ? 'leave it out, or run keagate on Node.js 24 or newer, whose OpenSSL has it'
      : `write the names with colons between them, such as ${GROUPS}`
    diagnostics.problem('groups', text, remedy)
  }
  return configured
}
