// Errors of `keagate certs` and of the operating system.

import { KeagateError } from '../errors.ts'

/** @param remedy what to do about it, as a sentence that an operator can follow */
export function certsError(message: string, remedy: string, cause?: unknown): KeagateError {
  return new KeagateError('CERTS_REFUSED', message, { remedy, cause })
}

/** Why a call of the operating system failed, without the path: the sentence around it names that already. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/ '[^]*$/, '') : String(error)
}

/** The code of a failed operating-system call, such as `ENOENT`; null for every other error. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}
