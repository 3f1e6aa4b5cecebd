// How a certificate or a revocation list is renewed: by one command, where `keagate certs` has made it.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { shellWord } from './diagnostics.ts'

/**
 * The command that renews a file, where it lies as `keagate certs init` has laid it: DIR/NAME/cert.pem or DIR/crl.pem
 * beside DIR/ca/cert.pem. null: it was made elsewhere.
 */
export function renewalCommand(file: string): string | null {
  const folder = path.dirname(file)
  const directory = { 'cert.pem': path.dirname(folder), 'crl.pem': folder }[path.basename(file)]
  if (directory === undefined || !existsSync(path.join(directory, 'ca/cert.pem'))) return null
  return `keagate certs renew --dir ${shellWord(directory)}`
}

/** What to do about a certificate that has expired or soon will. @param file the `cert-file` */
export function renewalRemedy(file: string): string {
  const command = renewalCommand(file)
  return command === null ? 'renew it' : `renew it with: ${command}`
}
