// The request of `kea-shell`: put together as text, as Kea's own does it, so that it can send what is no JSON, too.

import type { ShellOptions } from './options.ts'

/** @param input what came on standard input */
export function commandBody({ command, services }: ShellOptions, input: Buffer): Buffer {
  const service = services.length === 0 ? '' : `, "service": ["${services.join('","')}"]`
  const begin = Buffer.from(`{ "command": "${command}"${service}`)
  // A line end alone is no argument.
  if (input.length <= 1) return Buffer.concat([begin, Buffer.from(' }')])
  return Buffer.concat([begin, Buffer.from(', "arguments": { '), input, Buffer.from(' } }')])
}

/** @param password may be empty @returns null without a user */
export function authorization({ user }: ShellOptions, password: string): string | null {
  return user === '' ? null : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
