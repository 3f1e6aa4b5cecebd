// The response whose head is sent exactly as prepared: header names in their usual capitals and in Kea's order, which
// clients have always seen. Fastify knows names in lower case only.

import type { IncomingMessage } from 'node:http'
import { ServerResponse } from 'node:http'
import { reasonPhrase } from '../http-error.ts'

export class WireResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  /** Names and values in turn. Node adds `Date` and, where the connection stays open, `Connection`. */
  wireHeaders: string[] = []

  /** Called by Fastify, and by Node for the first piece of a stream; headers that they pass are not looked at. */
  override writeHead(status: number): this {
    return super.writeHead(status, reasonPhrase(status), this.wireHeaders)
  }
}
