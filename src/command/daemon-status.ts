// What status-get says of one daemon: what the door has seen of it, without asking it.

export interface DaemonStatus {
  readonly service: string
  /** The path or URL of its control socket. */
  readonly address: string
  /** Whether the last attempt to reach it came through; null while there was none. */
  readonly reachable: boolean | null
  /** Commands at work in it, and waiting for their turn. */
  readonly inFlight: number
  readonly waiting: number
  /** Commands that got an answer of the daemon, and those that got one of ours instead. */
  readonly answered: number
  readonly failed: number
  /** null while nothing has failed. */
  readonly lastError: { readonly text: string; readonly at: number } | null
  /** Of the latest answers, from the arrival of the command on; milliseconds. null while there is none. */
  readonly answerTimes: { readonly median: number; readonly p99: number; readonly highest: number } | null
}
