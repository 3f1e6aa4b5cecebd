// TLS settings of the configuration: all three files or none, and what refines them. The files themselves are read by
// `tls/files/credentials.ts`.

import { resolveFile } from './paths.ts'
import type { Section } from '../parse/section.ts'
import type { TlsConfig, TlsVersion } from '../types.ts'

/** In the order in which Kea looks for the first that is missing. */
const files = ['trust-anchor', 'cert-file', 'key-file'] as const

/**
 * @param directory the folder that relative file names start from
 * @returns null for plain HTTP: none of the three files is given, or each as `""`
 */
export function resolveTls(agent: Section, directory: string): TlsConfig | null {
  const [trustAnchor, certFile, keyFile] = files.map((key) => agent.string(key) ?? '')
  if (!trustAnchor || !certFile || !keyFile) {
    checkTrio(agent)
    return null
  }
  const tls = agent.section('tls')
  const crlFile = tls?.string('crl-file') ?? null
  const written = { trustAnchor, certFile, keyFile, crlFile }
  for (const key of files) {
    if (agent.string(key)?.includes('\0') === true) agent.error(key, `${key} cannot hold the character NUL`)
  }
  if (crlFile?.includes('\0') === true) tls?.error('crl-file', 'crl-file cannot hold the character NUL')
  return {
    trustAnchor: resolveFile(trustAnchor, directory),
    certFile: resolveFile(certFile, directory),
    keyFile: resolveFile(keyFile, directory),
    crlFile: crlFile === null ? null : resolveFile(crlFile, directory),
    written,
    ...refinements(agent, tls),
  }
}

/** Reports the first missing file where some are given; `""` counts as missing. */
function checkTrio(agent: Section): void {
  const given = files.find((key) => agent.has(key) && agent.string(key) !== '')
  if (given === undefined) {
    warnWithoutEffect(agent)
    return
  }
  const missing = files.find((key) => agent.string(key) === '' || !agent.has(key))
  // What remains is a value of the wrong type, which has been reported.
  if (missing === undefined) return
  agent.error(
    agent.has(missing) ? missing : agent.keySpot(given),
    agent.has(missing) ? `${missing} is empty, but ${given} is given` : `${missing} is missing, but ${given} is given`,
    'TLS needs trust-anchor, cert-file and key-file together; for plain HTTP leave out all three',
  )
}

function warnWithoutEffect(agent: Section): void {
  for (const key of ['cert-required', 'tls']) {
    if (!agent.has(key)) continue
    agent.warning(
      'KEAGATE_CONFIG_WARNING',
      agent.keySpot(key),
      `${key} has no effect: TLS is off`,
      'give trust-anchor, cert-file and key-file to switch it on',
    )
  }
}

/** Defaults of the map `tls`. They also hold for control sockets where the agent's own listener has no TLS. */
export const tlsUpkeep: Pick<TlsConfig, 'reloadOnChange' | 'expiryWarningDays'> = { reloadOnChange: true, expiryWarningDays: 30 }

type Refinements = Omit<TlsConfig, 'trustAnchor' | 'certFile' | 'keyFile' | 'crlFile' | 'written'>

function refinements(agent: Section, tls: Section | null): Refinements {
  const certRequired = agent.boolean('cert-required') ?? true
  const asked = tls?.string('client-certificate') === 'verify-if-given'
  if (tls !== null && asked && certRequired) {
    tls.error(
      'client-certificate',
      'client-certificate is "verify-if-given", but cert-required makes every client show a certificate',
      'set cert-required to false, or leave out client-certificate',
    )
  }
  if (!certRequired && !asked && tls?.has('crl-file') === true) {
    const text = 'crl-file has no effect: no client is asked for a certificate'
    const remedy = 'leave out cert-required, or set client-certificate to "verify-if-given"'
    tls.warning('KEAGATE_CONFIG_WARNING', 'crl-file', text, remedy)
  }
  const minVersion = version(tls?.string('min-version')) ?? '1.2'
  const maxVersion = version(tls?.string('max-version')) ?? '1.3'
  if (tls !== null && minVersion > maxVersion) {
    const text = `min-version is "${minVersion}", but max-version only "${maxVersion}"`
    tls.error('min-version', text, 'raise or lower one of them')
  }
  return {
    certRequired,
    clientCertificate: asked ? 'verify-if-given' : 'none',
    minVersion,
    maxVersion,
    ciphers: tls?.string('ciphers') ?? null,
    groups: tls?.string('groups') ?? null,
    sessionTickets: tls?.boolean('session-tickets') ?? true,
    reloadOnChange: tls?.boolean('reload-on-change') ?? tlsUpkeep.reloadOnChange,
    expiryWarningDays: tls?.integer('expiry-warning-days') ?? tlsUpkeep.expiryWarningDays,
  }
}

function version(written: string | null | undefined): TlsVersion | null {
  return written === '1.2' || written === '1.3' ? written : null
}
