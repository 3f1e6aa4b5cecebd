// The one place that knows signals.

export interface SignalActions {
  reload(): void
  stop(signal: 'SIGTERM' | 'SIGINT'): void
}

/** Hears HUP, TERM and INT from now on. A broken pipe is an error of the write that met it, never a signal. */
export function onSignals(actions: SignalActions): void {
  process.on('SIGHUP', () => actions.reload())
  process.on('SIGTERM', () => actions.stop('SIGTERM'))
  process.on('SIGINT', () => actions.stop('SIGINT'))
}
