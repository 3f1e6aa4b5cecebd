// Which external programs this machine has. A test whose program is missing is skipped loudly; in CI that is a failure.

import { existsSync, readdirSync } from 'node:fs'

/** Where Debian puts each program (or the module of a language), and the package it comes from. */
const programs = {
  'kea-dhcp4': ['/usr/sbin/kea-dhcp4', 'kea-dhcp4-server'],
  'kea-dhcp6': ['/usr/sbin/kea-dhcp6', 'kea-dhcp6-server'],
  'kea-dhcp-ddns': ['/usr/sbin/kea-dhcp-ddns', 'kea-dhcp-ddns-server'],
  'kea-ctrl-agent': ['/usr/sbin/kea-ctrl-agent', 'kea-ctrl-agent'],
  'kea-shell': ['/usr/sbin/kea-shell', 'kea-ctrl-agent'],
  curl: ['/usr/bin/curl', 'curl'],
  openssl: ['/usr/bin/openssl', 'openssl'],
  keytool: ['/usr/bin/keytool', 'default-jre-headless'],
  wget: ['/usr/bin/wget', 'wget'],
  http: ['/usr/bin/http', 'httpie'],
  nginx: ['/usr/sbin/nginx', 'nginx'],
  haproxy: ['/usr/sbin/haproxy', 'haproxy'],
  'ansible-playbook': ['/usr/bin/ansible-playbook', 'ansible-core'],
  'python requests': ['/usr/lib/python3/dist-packages/requests', 'python3-requests'],
  'python httpx': ['/usr/lib/python3/dist-packages/httpx', 'python3-httpx'],
  go: ['/usr/bin/go', 'golang-go'],
  'perl LWP': ['/usr/share/perl5/LWP/Protocol/https.pm', 'liblwp-protocol-https-perl'],
  sslscan: ['/usr/bin/sslscan', 'sslscan'],
  logrotate: ['/usr/sbin/logrotate', 'logrotate'],
  logger: ['/usr/bin/logger', 'bsdutils'],
  prometheus: ['/usr/bin/prometheus', 'prometheus'],
  promtool: ['/usr/bin/promtool', 'prometheus'],
  python3: ['/usr/bin/python3', 'python3'],
  'systemd-notify': ['/usr/bin/systemd-notify', 'systemd'],
  'systemd-analyze': ['/usr/bin/systemd-analyze', 'systemd'],
  'dpkg-deb': ['/usr/bin/dpkg-deb', 'dpkg'],
  groff: ['/usr/bin/groff', 'groff-base'],
  mandoc: ['/usr/bin/mandoc', 'mandoc'],
  man: ['/usr/bin/man', 'man-db'],
  chromium: ['/usr/bin/chromium', 'chromium'],
  hunspell: ['/usr/bin/hunspell', 'hunspell'],
  'hunspell en_US': ['/usr/share/hunspell/en_US.dic', 'hunspell-en-us'],
  fish: ['/usr/bin/fish', 'fish'],
  zsh: ['/usr/bin/zsh', 'zsh'],
  javac: ['/usr/bin/javac', 'default-jdk-headless'],
} as const

export type ExternalProgram = keyof typeof programs

/**
 * The `skip` option of a test that needs these programs: false when all are there, else the reason.
 * @throws with CI=true in the environment: there nothing may be skipped
 */
export function skipWithout(...names: readonly ExternalProgram[]): string | false {
  const missing = names.filter((name) => !existsSync(programs[name][0]))
  if (missing.length === 0) return false
  const packages = [...new Set(missing.map((name) => programs[name][1]))].join(' ')
  const reason = `${missing.join(', ')} not installed (apt-get install ${packages})`
  if (process.env['CI'] === 'true') throw new Error(`CI must not skip: ${reason}`)
  console.error(`# NOT TESTED: ${reason}`)
  return reason
}

/** The executable of a program that `skipWithout` found. */
export function executable(name: ExternalProgram): string {
  return programs[name][0]
}

/** The path of one of Kea's hook libraries. */
export function hookLibrary(name: string): string {
  for (const triplet of readdirSync('/usr/lib')) {
    const file = `/usr/lib/${triplet}/kea/hooks/${name}`
    if (existsSync(file)) return file
  }
  throw new Error(`${name} not found below /usr/lib (Debian package kea-common)`)
}
