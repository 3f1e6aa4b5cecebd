// Keeps a basic set of test certificates in a directory: made anew when it is missing, incomplete or about to expire.

import { X509Certificate, createPrivateKey } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { makeTestCertificates, testCertificateFiles } from './authority.ts'
import type { TestCertificates } from './authority.ts'
import { day } from './certificate.ts'

/** Renewed when less than this is left. */
const MIN_VALIDITY = 2 * day

export interface EnsuredCertificates extends TestCertificates {
  readonly made: boolean
}

/**
 * A new set replaces the directory in one step, so that nobody finds half of one set and half of another.
 * @param now milliseconds since the epoch
 */
export async function ensureTestCertificates(directory: string, now = Date.now()): Promise<EnsuredCertificates> {
  const files = testCertificateFiles(directory)
  if (isUsable(files, now)) return { ...files, made: false }
  mkdirSync(path.dirname(directory), { recursive: true })
  const scratch = mkdtempSync(`${directory}.`)
  try {
    await makeTestCertificates(path.join(scratch, 'new'))
    try {
      renameSync(directory, path.join(scratch, 'old'))
    } catch {
      // There is none yet; anything else fails again below, with the reason.
    }
    renameSync(path.join(scratch, 'new'), directory)
  } catch (error) {
    // Somebody else may have made them at the same moment.
    if (!isUsable(files, now)) throw error
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return { ...files, made: true }
}

function isUsable(files: TestCertificates, now: number): boolean {
  try {
    const ca = new X509Certificate(readFileSync(files.caFile))
    const pairs = [
      [files.serverCertFile, files.serverKeyFile],
      [files.clientCertFile, files.clientKeyFile],
    ] as const
    return isCurrent(ca, now) && pairs.every(([certFile, keyFile]) => isPair(certFile, keyFile, ca, now))
  } catch {
    return false
  }
}

function isPair(certFile: string, keyFile: string, ca: X509Certificate, now: number): boolean {
  const certificate = new X509Certificate(readFileSync(certFile))
  const key = createPrivateKey(readFileSync(keyFile))
  return isCurrent(certificate, now) && certificate.verify(ca.publicKey) && certificate.checkPrivateKey(key)
}

function isCurrent(certificate: X509Certificate, now: number): boolean {
  return Date.parse(certificate.validFrom) <= now && now + MIN_VALIDITY < Date.parse(certificate.validTo)
}
