// Says in words how the process of a handler module came to its end.

import { constants } from 'node:os'
import { maxHeap } from './bounds.ts'

/** What a shell adds to the number of the signal that ended a process. */
const signalBase = 128

/** @param status as a shell gives it; null: unknown */
export function exitReason(status: number | null): string {
  if (status === null) return 'its process ended'
  if (status <= signalBase) return `its process ended with exit code ${status}`
  const number = status - signalBase
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`
  if (name === 'SIGABRT') return `its process ended (${name}), as when it needs more memory than ${maxHeap} MiB of heap`
  if (name === 'SIGKILL') return `its process ended (${name}), as when the system has no memory for it`
  return `its process ended (${name})`
}
