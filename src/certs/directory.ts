// The directory of one deployment. It has no index: the certificates themselves show what was issued, and the CRL shows
// what was revoked.
//
//   issued/NAME.SERIAL/cert.pem, key.pem   every certificate ever issued; keys only of the current ones
//   NAME -> issued/NAME.SERIAL             the current certificate of that name; `ca` is the authority itself
//   crl.pem                                what was revoked
//
// The link changes in one step, so a certificate and its key are replaced together.

import { X509Certificate } from 'node:crypto'
import { lstatSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { PUBLIC, SCRATCH, createFile, createFolder, replaceLink, scratchName, syncFolder } from './durable-file.ts'
import type { Access } from './durable-file.ts'
import { codeOf, certsError } from './error.ts'

export const CA = 'ca'

export type Use = 'ca' | 'server' | 'client'

/** A certificate of the directory. */
export interface Issued {
  readonly name: string
  readonly use: Use
  readonly certificate: X509Certificate
  /** Lower-case hex. */
  readonly serial: string
  /** Whether the link of its name leads to it. */
  readonly current: boolean
}

export function certFile(directory: string, name: string): string {
  return path.join(directory, name, 'cert.pem')
}

export function keyFile(directory: string, name: string): string {
  return path.join(directory, name, 'key.pem')
}

export function crlFile(directory: string): string {
  return path.join(directory, 'crl.pem')
}

/** Whether the name leads to a certificate. */
export function exists(directory: string, name: string): boolean {
  return currentFolder(directory, name) !== null
}

/**
 * Every certificate ever issued: the authority, then servers, then clients, in the order of their names. For one name
 * the current certificate comes first, then the newest.
 * @throws KeagateError (CERTS_REFUSED) where there is no authority, and for a damaged certificate
 */
export function readIssued(directory: string): readonly Issued[] {
  const folders = foldersIn(directory)
  if (!exists(directory, CA)) {
    const remedy = `make one with: keagate certs init ${directory}; or name yours with --dir DIR`
    throw certsError(`there is no certificate authority in ${directory}`, remedy)
  }
  const found = folders.map((folder) => readOne(directory, folder))
  const rank = ({ use }: Issued): number => (use === 'ca' ? 0 : use === 'server' ? 1 : 2)
  return found.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
      Number(b.current) - Number(a.current) ||
      Date.parse(b.certificate.validFrom) - Date.parse(a.certificate.validFrom),
  )
}

/** Puts a new certificate and its key into the directory and lets its name lead to them. */
export function place(directory: string, name: string, files: { cert: string; key: string }, keyAccess: Access): void {
  const target = path.join(directory, name)
  const before = currentFolder(directory, name)
  if (before === null && lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
    throw certsError(`${target} is there and is no certificate made here`, 'use another name, or move it out of the way')
  }
  const serial = new X509Certificate(files.cert).serialNumber.toLowerCase()
  const issued = path.join(directory, 'issued')
  const scratch = path.join(issued, scratchName())
  createFolder(scratch)
  createFile(path.join(scratch, 'key.pem'), files.key, keyAccess)
  createFile(path.join(scratch, 'cert.pem'), files.cert, PUBLIC)
  syncFolder(scratch)
  const folder = `${name}.${serial}`
  renameSync(scratch, path.join(issued, folder))
  syncFolder(issued)
  replaceLink(target, path.join('issued', folder))
  // The old key is not needed any more. Programs that watch its folder notice the removal.
  if (before !== null) rmSync(path.join(issued, before, 'key.pem'), { force: true })
}

/** Removes what killed commands left unfinished, and replaced keys. The directory has to be locked. */
export function sweep(directory: string): void {
  for (const folder of [directory, path.join(directory, 'issued')]) {
    for (const entry of entriesIn(folder)) {
      if (entry.startsWith(SCRATCH)) rmSync(path.join(folder, entry), { recursive: true, force: true })
    }
  }
  for (const folder of entriesIn(path.join(directory, 'issued'))) {
    const current = currentFolder(directory, nameOf(folder))
    if (current === null || current === folder) continue
    rmSync(path.join(directory, 'issued', folder, 'key.pem'), { force: true })
  }
}

/** The folder below `issued` that a name leads to; null where the name is no link to one. */
function currentFolder(directory: string, name: string): string | null {
  try {
    const [parent, folder, ...rest] = readlinkSync(path.join(directory, name)).split('/')
    return parent === 'issued' && folder !== undefined && rest.length === 0 ? folder : null
  } catch {
    return null
  }
}

function readOne(directory: string, folder: string): Issued {
  const name = nameOf(folder)
  const file = path.join(directory, 'issued', folder, 'cert.pem')
  try {
    const certificate = new X509Certificate(readFileSync(file))
    const usages: unknown = certificate.keyUsage
    const server = Array.isArray(usages) && usages.includes('1.3.6.1.5.5.7.3.1')
    return {
      name,
      use: certificate.ca ? 'ca' : server ? 'server' : 'client',
      certificate,
      serial: certificate.serialNumber.toLowerCase(),
      current: currentFolder(directory, name) === folder,
    }
  } catch (error) {
    throw certsError(`${file} cannot be read as a certificate`, 'restore it from a copy, or remove its folder', error)
  }
}

function nameOf(folder: string): string {
  return folder.replace(/\.[0-9a-f]{32}$/, '')
}

function foldersIn(directory: string): string[] {
  return entriesIn(path.join(directory, 'issued')).filter((entry) => /\.[0-9a-f]{32}$/.test(entry))
}

function entriesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return []
    throw error
  }
}
