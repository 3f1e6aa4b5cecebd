// The only module that handles signals.

export interface SignalActions {
  /** Never called while it still runs. However many signals come meanwhile, it is called once more after that. */
  reload(): Promise<void>
  stop(signal: StopSignal): void
  /** A second signal: stop at once. */
  forceShutdown(signal: StopSignal): void
  /** A signal without a meaning for the agent, which Node itself would act on if there were no listener. */
  unknown(signal: 'SIGUSR1'): void
}

export type StopSignal = 'SIGTERM' | 'SIGINT'

/**
 * Milliseconds in which a second stop signal counts as a copy of the first: Ctrl-C reaches every process of the
 * terminal, and npm and other parents pass it on once more.
 */
const duplicateWindow = 500

/**
 * Catches HUP, TERM and INT from the moment it is made. Signals that come before `listen` take effect then. SIGPIPE
 * needs no handling: the write to a broken pipe fails with an error.
 */
export class Signals {
  #actions: SignalActions | null = null
  #stop: { readonly signal: StopSignal; readonly at: number } | null = null
  #reload: 'no' | 'running' | 'again' = 'no'
  readonly #now: () => number

  /** @param now milliseconds of a monotonic clock */
  constructor(source: NodeJS.EventEmitter = process, now: () => number = () => performance.now()) {
    this.#now = now
    source.on('SIGHUP', () => this.#hangUp())
    source.on('SIGTERM', () => this.#end('SIGTERM'))
    source.on('SIGINT', () => this.#end('SIGINT'))
    // Left to Node, it opens a debugger on a local port: any local user who can connect to that runs code as the agent.
    source.on('SIGUSR1', () => this.#actions?.unknown('SIGUSR1'))
  }

  /** Whether a stop was asked for. */
  get stopping(): boolean {
    return this.#stop !== null
  }

  listen(actions: SignalActions): void {
    this.#actions = actions
    if (this.#stop !== null) actions.stop(this.#stop.signal)
    else if (this.#reload === 'again') this.#run(actions)
  }

  #hangUp(): void {
    if (this.#actions === null || this.#reload !== 'no') this.#reload = 'again'
    else this.#run(this.#actions)
  }

  #run(actions: SignalActions): void {
    this.#reload = 'running'
    void actions.reload().finally(() => {
      const again = this.#reload === 'again'
      this.#reload = 'no'
      if (again) this.#run(actions)
    })
  }

  #end(signal: StopSignal): void {
    const now = this.#now()
    if (this.#stop === null) {
      this.#stop = { signal, at: now }
      this.#actions?.stop(signal)
    } else if (now - this.#stop.at > duplicateWindow) {
      this.#actions?.forceShutdown(signal)
    }
  }
}
