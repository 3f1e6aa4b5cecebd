// Tries the configurations of fixtures/sites with an agent, in namespaces where every path and port can be as written.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { makeAuthority, makeServer } from '../../certs-test/authority.ts'
import type { Owner } from '../support/child.ts'
import { run } from '../support/child.ts'
import { temporaryDirectory } from '../support/program.ts'

export const sites = path.resolve(import.meta.dirname, '../fixtures/sites')

const namespaces = ['--mount', '--pid', '--net', '--fork', '--kill-child', '--mount-proc']

/** The `skip` option: false, or the reason, which is printed too. */
export function skipWithoutNamespaces(): string | false {
  const { status } = spawnSync('unshare', [...namespaces, 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' })
  if (status === 0 && existsSync('/etc/kea')) return false
  const reason = 'needs root, iproute2 and a folder /etc/kea to mount another one over'
  console.error(`# NOT TESTED: ${reason}`)
  return reason
}

/** What the configurations name in `/etc/kea`. */
async function siteFiles(owner: Owner): Promise<string> {
  const files = temporaryDirectory(owner)
  const ca = await makeAuthority('site CA')
  const server = await makeServer(ca)
  mkdirSync(path.join(files, 'tls/roots'), { recursive: true })
  const contents = {
    'api-password': 'secret\n', 'pair-user': 'anna\n',
    'loggers.json': '[ { "name": "kea-ctrl-agent", "severity": "INFO" } ]\n',
    'tls/ca.crt': ca.certificate, 'tls/roots/site.pem': ca.certificate, 'tls/server.crt': server.certificate,
    'tls/server.key': server.key, 'tls/other.key': (await makeServer(ca)).key,
  }
  for (const [name, content] of Object.entries(contents)) {
    writeFileSync(path.join(files, name), content, { mode: 0o600 })
  }
  return files
}

/**
 * The outcomes by name, such as `ok refused`.
 * @param agent the program and its first words
 * @param root where it sees the root folder
 */
export async function trySites(
  owner: Owner,
  agent: readonly string[],
  root = '/',
): Promise<ReadonlyMap<string, string>> {
  const words = [path.join(import.meta.dirname, 'start-each.sh'), root, sites, await siteFiles(owner), ...agent]
  const { stdout, stderr } = await run('unshare', [...namespaces, 'bash', ...words], { timeout: 1_500_000 })
  owner.comment(stderr)
  const lines = [...stdout.matchAll(/^(\S+) check=(\w+) start=(\w+)$/gm)]
  return new Map(lines.map(([, name = '', check = '', start = '']) => [name, `${check} ${start}`]))
}
