// What becomes of each configuration under fixtures/sites, which are written as sites, images, routers, roles and
// charts have them: the outcome of -t, then that of a start, as `start-each.sh` tells them.

export interface Outcome {
  readonly name: string
  /** Of kea-ctrl-agent 2.2 and 3.0; null: they do not agree. */
  readonly real: string | null
  /** Of keagate; null: whatever it is. */
  readonly ours: string | null
}

/** Name, outcome of the real agents; then, where keagate differs, its own and why that is as it should be. */
const rows: readonly (readonly [name: string, real: string | null, ours?: string, why?: string])[] = [
  ['alpine-minimal', 'ok ok'],
  ['ansible-role-booleans', 'refused refused'],
  ['ansible-sorted', 'ok ok'],
  ['chart-configmap', 'ok ok'],
  ['chart-secret-not-mounted', 'ok refused', 'refused refused', '-t is strict: files are read'],
  ['chart-trust-folder', 'ok ok'],
  ['compose-log-folder-missing', null],
  ['debian-12-default', 'ok ok'],
  ['debian-12-no-password', 'refused refused'],
  ['exporter-readme', 'ok ok'],
  ['gentoo-hash-comments', 'ok ok'],
  ['ha-pair-first', 'ok ok'],
  ['hand-address-elsewhere', 'ok refused'],
  ['hand-dhcp-file', 'refused refused'],
  ['hand-digest-authentication', 'refused refused'],
  ['hand-duplicate-user-context', 'ok ok'],
  ['hand-empty-file', 'refused refused'],
  ['hand-half-tls', 'refused refused'],
  ['hand-key-of-another', 'ok refused', 'refused refused', '-t is strict: files are read'],
  ['hand-localhost', 'ok refused', 'refused refused', '-t is strict: addresses are looked at'],
  ['hand-long-socket', 'ok ok', 'refused ok', '-t is strict: every mistake is named'],
  ['hand-no-such-library', 'refused refused'],
  ['hand-other-socket-type', 'refused refused'],
  ['hand-port-too-large', 'refused refused'],
  ['hand-single-quotes', 'refused refused'],
  ['hand-typing-mistake', 'refused refused'],
  ['hand-unknown-severity', 'ok ok'],
  ['hand-user-with-colon', 'refused refused'],
  ['hand-user-without-password', 'ok ok'],
  ['image-all-interfaces', 'ok ok'],
  ['image-two-volumes', null],
  ['included-loggers', 'ok ok'],
  ['included-missing', 'refused refused'],
  ['kea22-example-comments', 'refused refused'],
  ['kea22-example-https', 'ok ok'],
  ['kea22-example-simple', 'ok ok'],
  ['kea30-example-auth', 'ok ok'],
  ['kea30-example-loggers', null],
  ['monitoring-demo-agent', 'ok ok'],
  ['monitoring-demo-tls', 'ok ok'],
  ['nix-empty-settings', 'refused refused', 'ok ok', 'empty forms are taken everywhere'],
  ['nix-one-line', 'ok ok'],
  ['plugin-development', 'ok ok'],
  ['puppet-trailing-commas', 'ok ok'],
  ['rhel-copr', 'ok ok'],
  ['router-generated', 'ok ok'],
  ['router-port-as-text', 'refused refused'],
  ['template-missing-comma', 'refused refused'],
  ['template-unfilled', 'ok refused', 'refused refused', '-t is strict: addresses are looked at'],
]

export const outcomes: readonly Outcome[] = rows.map(([name, real, ours = real]) => ({ name, real, ours }))
