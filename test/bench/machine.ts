// What the figures were measured on, and the versions of what was measured.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import os from 'node:os'

export function describeMachine(program: string): Record<string, string> {
  const cpus = os.cpus()
  return {
    processor: `${cpus.length} x ${cpus[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${distribution()}, Linux ${os.release()}`,
    node: process.version,
    openssl: process.versions.openssl,
    'kea-ctrl-agent': firstLine('/usr/sbin/kea-ctrl-agent', ['-v']),
    keagate: firstLine(process.execPath, [program, '-v']),
  }
}

function distribution(): string {
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown system'
}

function firstLine(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0] ?? ''
}
