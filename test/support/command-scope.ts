// A client that waits for an answer for as long as it takes, with as much memory as it takes.

import type { CommandScope, Reservation } from '../../src/command/scope.ts'
import { neverAborted } from '../../src/command/scope.ts'

export const unlimited: Reservation = { tryReserve: () => true, release: () => undefined }

export const patient: CommandScope = { signal: neverAborted, memory: unlimited }
