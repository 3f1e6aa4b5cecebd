// The interface of a daemon we talk to. Two transports implement it: UNIX control sockets, and HTTP(S) listeners.

import type { CommandScope } from '../command/scope.ts'
import type { RawJson } from '../json/raw.ts'
import type { ClientCredentials } from '../tls/files/client-credentials.ts'

/** The daemon answered: its map or list, byte for byte as received, without the bytes around it. */
export interface UpstreamAnswer {
  readonly ok: true
  readonly answer: RawJson
}

/**
 * No usable answer. Where `offline` is true, the text ends in Kea's marker `server is likely to be offline`: nothing
 * listens there, or the connection was refused, closed, or made no progress. It is false where the daemon's answer
 * cannot be used, or we did not ask.
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

/** On whose behalf a command is sent. */
export interface RequestOwner {
  /** A key made of address, certificate and user: clients with different keys share a busy socket fairly. */
  readonly client: string
  /** The IP address of the client, for daemons that are told it. */
  readonly address?: string
  /** When its signal is aborted, a command that is not sent yet may be dropped. */
  readonly scope: CommandScope
}

/**
 * What commands carry as `service` to a control socket: the list that the client wrote, no such member at all, or the
 * one name by which an agent there knows the daemon. Since Kea 3.2.0 a daemon's own HTTP(S) listener refuses every list
 * with a name that is not its own, or with more than one; over UNIX sockets it looks at no name.
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
  /** Refuses waiting commands and lets running ones end. */
  close(): void
}

/** An upstream over one kind of control socket, with what is needed to watch it and to replace it. */
export interface Transport extends Upstream {
  /** Commands that the daemon works on, and those that wait for their turn. */
  load(): { readonly inFlight: number; readonly waiting: number }
  /** Keeps no connection for later commands: another transport takes its place. Waiting and running commands go on. */
  retire(): void
  /** With TLS: new connections use other certificates. Commands under way go on with theirs. */
  renewCredentials?(credentials: ClientCredentials): void
  /** Resolves to null if the daemon can be reached, else to the reason. Sends nothing and never rejects. */
  probe(): Promise<string | null>
}
