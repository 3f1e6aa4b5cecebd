// Somebody who waits for an answer for as long as it takes, with as much memory as it takes.

import type { Waiter } from '../src/command/waiter.ts'

export const patient: Waiter = { gone: () => false, whenGone: () => () => undefined, hold: () => true, letGo: () => undefined }
