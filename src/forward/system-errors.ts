// Why a connection to a daemon failed or broke, in the words that Kea's clients and operators know.

export interface SystemError {
  readonly reason: string
  /** Whether the error says something about the daemon; false where this process ran out of a resource. */
  readonly offline: boolean
}

/** The words for an error of connecting to, writing to or reading from a socket. */
export function describeSystemError(error: NodeJS.ErrnoException): SystemError {
  const code = error.code ?? ''
  return { reason: words[code] ?? error.message, offline: !localResourceErrors.has(code) }
}

/** Whether a daemon that is being restarted shows this error. */
export function isRetryable(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'EAGAIN'
}

export const endOfFile = 'End of file'
/** Kea's word for a time-out. */
export const operationCanceled = 'Operation canceled'
const connectionRefused = 'Connection refused'

const words: Readonly<Partial<Record<string, string>>> = {
  ENOENT: 'No such file or directory',
  ECONNREFUSED: connectionRefused,
  // EAGAIN: a full backlog. ENOTSOCK: what systems other than Linux say of a path that is not a socket.
  EAGAIN: connectionRefused,
  ENOTSOCK: connectionRefused,
  // The daemon closed with some of the command unread.
  ECONNRESET: endOfFile,
  EPIPE: endOfFile,
  ENOTFOUND: 'Host not found',
  EAI_AGAIN: 'Host not found: no name server answers',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ETIMEDOUT: 'Connection timed out',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  ELOOP: 'Too many levels of symbolic links',
  ENOTDIR: 'Not a directory',
  ENAMETOOLONG: 'File name too long',
  EPROTOTYPE: 'Protocol wrong type for socket',
  EMFILE: 'Too many open files',
  ENFILE: 'Too many open files in system',
  ENOBUFS: 'No buffer space available',
  ENOMEM: 'Cannot allocate memory',
}

const localResourceErrors: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])
