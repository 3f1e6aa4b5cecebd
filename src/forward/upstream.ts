// The interface of a daemon we talk to. Two transports implement it: UNIX control sockets, and HTTP(S) listeners.

import type { CommandScope } from '../command/scope.ts'
import type { RawJson } from '../json/raw.ts'
import type { ClientCredentials } from '../tls/files/client-credentials.ts'

/** The daemon answered: its map or list, byte for byte as received, without what stood around it. */
export interface UpstreamAnswer {
  readonly ok: true
  readonly answer: RawJson
}

/**
 * No usable answer. `offline` tells the cases that end in Kea's marker `server is likely to be offline`
 * (nothing there, refused, closed, no progress) from those in which the daemon spoke nonsense or we refused to ask.
 */
export interface UpstreamFailure {
  readonly ok: false
  readonly offline: boolean
  /** The system's reason in Kea's words where clients match on them, such as `Connection refused`. */
  readonly reason: string
  /** Whether any byte of the command may have reached the daemon. */
  readonly sent: boolean
}

export type UpstreamResult = UpstreamAnswer | UpstreamFailure

/** On whose behalf a command is asked. */
export interface RequestOwner {
  /** Address, certificate and user in one: clients share a busy socket fairly. */
  readonly client: string
  /** The IP address of the client, for a far side that is told. */
  readonly address?: string
  /** When its signal is aborted, what is not sent yet may be dropped. */
  readonly scope: CommandScope
}

/**
 * What commands carry as `service` to a control socket: the list that the client wrote, no such member at all, or the
 * one name that a door there knows its daemon by. Since Kea 3.2.0 a daemon's own HTTP(S) listener refuses every list
 * with a name that is not its own, or with more than one; over UNIX sockets it looks at none.
 */
export type SentService = 'as-asked' | 'none' | { readonly name: string }

export interface Upstream {
  /** Where it is, for people: the socket's path or URL. */
  readonly address: string
  readonly sentService: SentService
  /**
   * Sends one command once and waits for its answer. Never throws.
   * @param command the complete envelope, with `sentService` in it
   */
  send(command: RawJson, asker: RequestOwner): Promise<UpstreamResult>
  /** Refuses what waits and lets what runs end. */
  close(): void
}

/** An upstream by one way of talking, and what can be seen of it from outside. */
export interface Transport extends Upstream {
  /** Commands that the daemon works on, and those that wait for their turn. */
  load(): { readonly inFlight: number; readonly waiting: number }
  /** Keeps no connection for later commands: another transport takes its place. What waits or runs is not touched. */
  retire(): void
  /** With TLS: connections from now on use other certificates. Commands under way end as they began. */
  renewCredentials?(credentials: ClientCredentials): void
  /** Resolves to null if the daemon can be reached, else to the reason. Sends nothing and never rejects. */
  probe(): Promise<string | null>
}
