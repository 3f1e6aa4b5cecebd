// How people run curl and kea-shell against a door: the options each needs for its TLS mode and credentials.

import { run } from '../support/child.ts'
import type { Door } from '../kea/door.ts'
import { password, user } from '../kea/door.ts'
import { executable } from '../kea/installed.ts'

/** curl's options for the door: trust, client certificate, credentials. */
export function curlOptions(door: Door): string[] {
  return [
    ...(door.ca === null ? [] : ['--cacert', door.ca]),
    ...(door.client === null ? [] : ['--cert', door.client.cert, '--key', door.client.key]),
    ...(door.way.basic ? ['--user', `${user}:${password}`] : []),
  ]
}

/**
 * POSTs a body with curl and returns the response body.
 * @param more further options
 * @throws with curl's message unless the status is below 400
 */
export async function curl(door: Door, body: string, more: readonly string[] = [], path = '/'): Promise<string> {
  const args = ['--silent', '--show-error', '--fail-with-body', ...curlOptions(door)]
  const header = ['--header', 'Content-Type: application/json']
  const done = await run(executable('curl'), [...args, ...header, '--data-binary', '@-', ...more, door.url + path], {
    input: body,
  })
  if (done.code !== 0) throw new Error(`curl ended with ${String(done.code)}: ${done.stderr}${done.stdout}`)
  return done.stdout
}

/**
 * Runs a command with kea-shell and returns what it prints.
 * @param args what stands between the braces of `arguments`
 * @param path what follows the first slash of the URL
 */
export async function keaShell(
  door: Door,
  command: string,
  services: readonly string[] = [],
  args = '',
  path = '',
): Promise<string> {
  const options = [
    ...(door.ca === null ? [] : ['--ca', door.ca]),
    ...(door.client === null ? [] : ['--cert', door.client.cert, '--key', door.client.key]),
    ...(door.way.basic ? ['--auth-user', user, '--auth-password', password] : []),
    ...services.flatMap((service) => ['--service', service]),
    ...(path === '' ? [] : ['--path', path]),
  ]
  const done = await run(executable('kea-shell'), ['--port', String(door.port), ...options, command], { input: args })
  if (done.code !== 0) throw new Error(`kea-shell ended with ${String(done.code)}: ${done.stderr}${done.stdout}`)
  return done.stdout
}
