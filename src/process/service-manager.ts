// Messages to the service manager, and its watchdog. Without systemd nothing is sent.

import type { NotifyChannel } from './sd-notify.ts'

export interface ServiceManager {
  /** The agent serves, for the first time or after a change. @param status one line for `systemctl status` */
  ready(status: string): void
  /** A change of the configuration is under way; `ready` ends it. */
  reloading(): void
  /** The agent stops. No message follows this one. */
  stopping(): void
}

/** For a process that no service manager wants to hear of. */
export const noServiceManager: ServiceManager = {
  ready: () => undefined,
  reloading: () => undefined,
  stopping: () => undefined,
}

export interface SystemdParts {
  readonly channel: NotifyChannel
  /** Microseconds within which the watchdog expects a sign of life; null: no watchdog. */
  readonly watchdog: number | null
  /** Whether clients can come in. Asked before each sign of life. */
  readonly alive: () => boolean
}

/** How many signs of life are sent within the time of the watchdog, so that a late or lost one does no harm. */
const signs = 3

export class Systemd implements ServiceManager {
  readonly #parts: SystemdParts
  #timer: NodeJS.Timeout | null = null
  #stopping = false

  constructor(parts: SystemdParts) {
    this.#parts = parts
  }

  ready(status: string): void {
    if (this.#stopping) return
    this.#parts.channel.send(['READY=1', `STATUS=${status}`])
    this.#startWatchdog()
  }

  reloading(): void {
    if (this.#stopping) return
    // `Type=notify-reload` requires the time, in microseconds of the monotonic clock.
    const now = process.hrtime.bigint() / 1000n
    this.#parts.channel.send(['RELOADING=1', `MONOTONIC_USEC=${now}`, 'STATUS=changing the configuration'])
  }

  stopping(): void {
    if (this.#stopping) return
    this.#stopping = true
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#parts.channel.send(['STOPPING=1', 'STATUS=stopping, running commands are still answered'])
  }

  #startWatchdog(): void {
    const { watchdog } = this.#parts
    if (watchdog === null || this.#timer !== null) return
    this.#timer = setInterval(() => {
      // Only after a whole turn of the event loop, in which connections are accepted and read.
      setImmediate(() => this.#signOfLife())
    }, watchdog / 1000 / signs).unref()
  }

  #signOfLife(): void {
    if (!this.#stopping && this.#parts.alive()) this.#parts.channel.send(['WATCHDOG=1'])
  }
}

/**
 * Whether systemd wants to hear of this process.
 * @param env `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` of sd_notify(3) and sd_watchdog_enabled(3)
 */
export function systemdSettings(
  env: NodeJS.ProcessEnv,
  pid: number,
): { readonly notify: boolean; readonly watchdog: number | null } {
  const notify = (env['NOTIFY_SOCKET'] ?? '') !== ''
  const time = Number(env['WATCHDOG_USEC'] ?? '')
  const forUs = (env['WATCHDOG_PID'] ?? '') === '' || env['WATCHDOG_PID'] === String(pid)
  return { notify, watchdog: notify && forUs && Number.isSafeInteger(time) && time > 0 ? time : null }
}
