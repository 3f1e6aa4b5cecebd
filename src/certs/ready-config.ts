// Texts that an operator can use unchanged: a configuration, a fragment for an existing configuration, a first request.

import { shellWord } from '../tls/files/diagnostics.ts'
import { CA, certFile, crlFile, keyFile } from './directory.ts'

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** The members of `Control-agent` that switch mutual TLS on, to be pasted or included. */
export function tlsFragment(directory: string, server: string): string {
  const names = fileNames(directory, server)
  return `${comment('Mutual TLS: put this into "Control-agent", or include it there with <?include "FILE"?> and a comma')}${names}\n`
}

/** A whole configuration. Its file names are relative, so that the directory can be moved. */
export function readyConfig(server: string, { host, port }: ListenAddress): string {
  const names = fileNames('.', server).replaceAll('\n', '\n    ')
  return `${comment('Made by "keagate certs init". Yours to change: nothing writes to it again without --force.')}{
  "Control-agent": {
    "http-host": ${JSON.stringify(host)},
    "http-port": ${port},

    // Mutual TLS: only clients with a certificate of this directory's authority run a command. Relative names start
    // from the folder of this file.
    ${names},

    // In every answer. A browser that has seen the first one speaks TLS alone to every port of this host name, so leave
    // it out where something else of that name has plain HTTP only.
    "http-headers": [
      { "name": "Strict-Transport-Security", "value": "max-age=31536000" },
      { "name": "X-Content-Type-Options", "value": "nosniff" }
    ],

    // Where the Kea packages of Debian and of ISC put their control sockets.
    "control-sockets": {
      "dhcp4": { "socket-type": "unix", "socket-name": "/run/kea/kea4-ctrl-socket" },
      "dhcp6": { "socket-type": "unix", "socket-name": "/run/kea/kea6-ctrl-socket" },
      "d2": { "socket-type": "unix", "socket-name": "/run/kea/kea-ddns-ctrl-socket" }
    },

    "loggers": [
      {
        "name": "kea-ctrl-agent",
        "severity": "INFO",
        "output-options": [{ "output": "stdout", "pattern": "%-5p %m\\n" }]
      }
    ]
  }
}
`
}

/** A request that needs no daemon, only the agent. Can be pasted in any directory. */
export function curlLine(directory: string, client: string, { host, port }: ListenAddress): string {
  return [
    'curl',
    `--cacert ${shellWord(certFile(directory, CA))}`,
    `--cert ${shellWord(certFile(directory, client))}`,
    `--key ${shellWord(keyFile(directory, client))}`,
    `-H 'Content-Type: application/json'`,
    `-d '{ "command": "list-commands" }'`,
    `https://${reachableHost(host)}:${port}/`,
  ].join(' ')
}

/** The host for a URL. An agent that listens on all addresses is reached on the loopback address. */
export function reachableHost(host: string): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return reachable.includes(':') ? `[${reachable}]` : reachable
}

function fileNames(directory: string, server: string): string {
  return [
    `"trust-anchor": ${JSON.stringify(certFile(directory, CA))}`,
    `"cert-file": ${JSON.stringify(certFile(directory, server))}`,
    `"key-file": ${JSON.stringify(keyFile(directory, server))}`,
    '"cert-required": true',
    `"tls": { "crl-file": ${JSON.stringify(crlFile(directory))} }`,
  ].join(',\n')
}

function comment(text: string): string {
  return `// ${text}\n`
}
