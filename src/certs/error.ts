// The one kind of error of `keagate certs`.

import { KeagateError } from '../errors.ts'

/** @param remedy what would put it right, as a sentence an operator can follow */
export function certsError(message: string, remedy: string, cause?: unknown): KeagateError {
  return new KeagateError('CERTS_REFUSED', message, { remedy, cause })
}

/** The reason an operating-system call failed, without the path that the sentence around it names already. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/ '[^]*$/, '') : String(error)
}

/** The code of a failed operating-system call, such as `ENOENT`; null for every other error. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}
