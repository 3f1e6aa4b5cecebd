// What each good configuration under fixtures amounts to: a part of what `config-get` shows of it, with secrets, and
// its warnings. Permissions of files depend on how the repository was checked out, so warnings of them are left out.

/** What is shown where nothing is configured. */
const defaults = '"control-sockets": {  }, "hooks-libraries": [  ], "http-host": "127.0.0.1", "http-port": 8000'
const tlsFiles = '"cert-file": "/etc/kea/tls/server.crt", "cert-required": true'

function onlyClients(clients: string): string {
  const others = '"directory": "", "realm": "kea-control-agent", "type": "basic"'
  return `"authentication": { "clients": [ ${clients} ], ${others} }`
}

function onlyLogger(members: string): string {
  return `"loggers": [ { "debuglevel": 0, "name": "kea-ctrl-agent", ${members} } ]`
}

/** Name, a part of what is shown, then one line for each warning: its id and position. */
export const goodFixtures: readonly (readonly [name: string, shown: string, ...warnings: string[]])[] = [
  [
    'access-everything',
    '"access-control": { "access-control-lists": [ { "leases": { "hook": "lease_cmds" } }, { "reading leases": ' +
      '{ "and": [ "leases", "READ" ] } } ], "assign-role-method": "basic-authentication", ' +
      '"commands": [ { "access": "read", "hook": "uptime", "name": "uptime-text" } ], ' +
      '"default-role": { "accept-commands": { "commands": [ "version-get" ] }, "list-match-first": "accept", ' +
      '"other-commands": "reject" }, "require-tls": false, "roles": [ { "name": "stork", ' +
      '"accept-commands": { "or": [ "reading leases", ' +
      '{ "access": "read" }, { "commands": [ "uptime-text" ] } ] }, "list-match-first": "reject", ' +
      '"other-commands": "accept", "reject-commands": { "not": { "services": [ "dhcp4", "(agent)" ] } }, ' +
      '"response-filters": [ "list-commands", "redact-secrets" ], "user-context": { "comment": "polls" } } ], ' +
      '"unknown-role": { "list-match-first": "accept", "other-commands": "reject", "reject-commands": "ALL" }, ' +
      '"user-context": { "comment": "who may do what" } }',
  ],
  [
    'access-library',
    '"hooks-libraries": [ { "library": "/usr/lib/kea/hooks/libca_rbac.so", "parameters": { "assign-role-method": ' +
      '"remote-address", "require-tls": false, "roles": [ { "name": "2001:DB8::/32", "accept-commands": "READ", ',
  ],
  ['access-minimal', '"access-control": { "assign-role-method": "remote-address", "require-tls": false }'],
  [
    'access-idle-lists',
    '"access-control-lists": [ { "looks": { "and": [ "READ", { "services": [ "(agent)" ] } ] } } ]',
    'KEAGATE_CONFIG_WARNING 6:82',
    'KEAGATE_CONFIG_WARNING 8:55',
    'KEAGATE_CONFIG_WARNING 11:72',
  ],
  [
    'access-warnings',
    '"access-control": { "assign-role-method": "basic-authentication", "require-tls": true, ',
    'KEAGATE_CONFIG_WARNING 4:24',
    'KEAGATE_CONFIG_WARNING 6:23',
    'KEAGATE_CONFIG_WARNING 7:61',
    'KEAGATE_CONFIG_WARNING 7:88',
    'KEAGATE_CONFIG_WARNING 7:120',
  ],
  [
    'audit-everything',
    '"audit-log": { "arguments": true, "maxsize": 1048576, "maxver": 30, "on-failure": "continue", ' +
      '"output": "/tmp/keagate-audit.json", "user-context": { "comment": "kept for a year elsewhere" } }',
  ],
  [
    'audit-minimal',
    '"audit-log": { "arguments": false, "maxsize": 10240000, "maxver": 10, "on-failure": "refuse", ' +
      '"output": "/tmp/keagate-audit.json" }',
  ],
  ['auth-files', onlyClients('{ "password-file": "parts/password", "user-file": "parts/user" }')],
  [
    'auth-hash',
    '"clients": [ { "password-hash": "$scrypt$ln=10,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$' +
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "user": "alice" } ], "directory": "", ' +
      '"lock-out": { "failures": 5, "window-seconds": 30 }, ',
  ],
  ['auth-literal', onlyClients('{ "password": "s e:cret", "user": "alice" }')],
  [
    'auth-no-clients',
    '"clients": [  ], "directory": "", "realm": "kea-control-agent", "type": "basic" }',
    'KEAGATE_CONFIG_WARNING 3:53',
  ],
  [
    'auth-no-type',
    '"clients": [  ], "directory": "", "realm": "a \\"realm\\"", "type": "basic" }',
    'KEAGATE_CONFIG_WARNING 3:23',
  ],
  ['auth-pair-file', '"clients": [ { "password-file": "/pair" } ], "directory": "parts"'],
  [
    'auth-same-user',
    onlyClients('{ "password": "1", "user": "a" }, { "password": "2", "user": "a" }, { "password": "1", "user": "a" }'),
  ],
  [
    'auth-user-file-literal',
    onlyClients('{ "password": "p", "user-file": "parts/user" }, { "password": "", "user-file": "parts/user" }'),
    'KEAGATE_CONFIG_WARNING 3:118',
  ],
  ['auth-user-only', onlyClients('{ "password": "", "user": "alice" }'), 'KEAGATE_CONFIG_WARNING 3:65'],
  ['comment-alone', '"user-context": { "comment": "hello" } } }'],
  ['comment-styles', '"http-port": 8002 } }'],
  ['comment-then-context', '"user-context": { "comment": "hello", "a": 1 } } }'],
  ['comment-wins', '"user-context": { "comment": "outer", "a": 1 } } }'],
  [
    'context-everywhere',
    '"clients": [ { "password": "", "user": "u", "user-context": { "level": 4 } } ]',
    'KEAGATE_CONFIG_WARNING 7:30',
  ],
  ['context-free-form', '"big": 1234567890123456789012345678901234567890, "far": 1e999, "long": 0.12345678901234567'],
  ['context-then-comment', '"user-context": { "comment": "hello", "a": 1 } } }'],
  ['empty', `{ "Control-agent": { ${defaults} } }`],
  ['escapes', '"user-context": { "comment": "é \\"quoted\\" \\\\ / \\t é 漢字 \\u0007" } } }'],
  [
    // What none of the others holds.
    'every-other-keyword',
    '"unknown-role": { "accept-commands": "NONE", "list-match-first": "accept", "other-commands": "reject", ' +
      '"response-filters": [ "list-commands" ], "user-context": { "comment": "strangers", "reviewed": null } }, ' +
      '"user-context": { "ticket": 12345678901234567890, "owner": "ops" } }, "audit-log": { "arguments": false, ',
    'DCTL_DEPRECATED_OUTPUT_OPTIONS 43:9',
  ],
  [
    'extra-commas',
    '"http-port": 8003, "loggers": [ { "debuglevel": 0, "name": "kea-ctrl-agent" } ] } }',
    'CTRL_AGENT_CONFIG_SYNTAX_WARNING 3:22',
    'CTRL_AGENT_CONFIG_SYNTAX_WARNING 4:44',
    'CTRL_AGENT_CONFIG_SYNTAX_WARNING 4:47',
    'CTRL_AGENT_CONFIG_SYNTAX_WARNING 4:50',
  ],
  [
    'headers',
    '{ "name": "X-Site", "user-context": { "comment": "where" }, "value": "Zürich 北" }, { "name": "content-type", ',
  ],
  ['headers-twice', '"http-headers": [ { "name": "x-a", "value": "2" } ]', 'KEAGATE_CONFIG_WARNING 5:17'],
  [
    'headers-without-effect',
    `{ "Control-agent": { ${defaults} } }`,
    'KEAGATE_CONFIG_WARNING 3:33',
    'KEAGATE_CONFIG_WARNING 3:77',
  ],
  [
    'hooks-module',
    '"hooks-libraries": [ { "library": "parts/module.mjs", "parameters": { "big": 12345678901234567890 }, ' +
      '"timeout-seconds": 5 }, { "library": "parts/module.mjs" } ]',
  ],
  ['hooks-empty', `{ "Control-agent": { ${defaults} } }`],
  ['host-ipv4-any', '"http-host": "0.0.0.0"', 'KEAGATE_CONFIG_WARNING 3:18'],
  ['host-ipv6', '"http-host": "::1"'],
  ['host-ipv6-zone', '"http-host": "fe80::1%lo"', 'KEAGATE_CONFIG_WARNING 3:18'],
  [
    'http-limits',
    '"http-limits": { "max-head-bytes": 65536, "max-body-bytes": 1048576, "head-timeout-seconds": 10, ' +
      '"request-timeout-seconds": 120, "idle-timeout-seconds": 30, "stall-timeout-seconds": 30, ' +
      '"handshake-timeout-seconds": 10, "max-connections": 10, "max-buffered-bytes": 268435456, ' +
      '"min-reader-bytes-per-second": 1024 }',
  ],
  ['http-limits-empty', `{ "Control-agent": { ${defaults} } }`],
  ['include', '"control-sockets": { "dhcp4": { "socket-name": "kea4-ctrl-socket", "socket-type": "unix" } }'],
  ['loggers-children', '{ "debuglevel": 99, "name": "kea-ctrl-agent.http", "severity": "DEBUG" }'],
  ['loggers-empty', `{ "Control-agent": { ${defaults} } }`],
  ['loggers-empty-pattern', onlyLogger('"output-options": [ { "flush": true, "output": "stdout" } ]')],
  [
    'loggers-file',
    onlyLogger(
      '"output-options": [ { "flush": false, "maxsize": 204800, "maxver": 2, "output": "agent.log", ' +
        '"pattern": "%m\\n" } ]',
    ),
  ],
  [
    'loggers-file-any-place',
    onlyLogger('"output-options": [ { "flush": true, "maxsize": 10240000, "maxver": 1, "output": "/tmp/agent.log" } ]'),
  ],
  [
    'loggers-foreign-names',
    '{ "debuglevel": 0, "name": "" }, { "debuglevel": 0, "name": "kea-dhcp4" }, { "debuglevel": 0, "name": "kea-dhcp4"',
    'KEAGATE_CONFIG_WARNING 3:28', 'KEAGATE_CONFIG_WARNING 3:44', 'KEAGATE_CONFIG_WARNING 3:69',
  ],
  ['loggers-json', onlyLogger('"output-options": [ { "flush": true, "format": "json", "output": "stdout" } ]')],
  [
    'loggers-negative-sizes',
    onlyLogger('"output-options": [ { "flush": true, "maxsize": 0, "maxver": 0, "output": "a.log" } ]'),
  ],
  ['loggers-no-options', '"loggers": [ { "debuglevel": 0, "name": "kea-ctrl-agent" } ]'],
  [
    'loggers-odd-outputs',
    '{ "flush": true, "maxsize": 1000, "maxver": 2, "output": "agent.log" }, { "flush": true, "output": "syslog:nobody" }',
    'KEAGATE_CONFIG_WARNING 4:43', 'KEAGATE_CONFIG_WARNING 5:19', 'KEAGATE_CONFIG_WARNING 6:58',
  ],
  [
    'loggers-old-spelling',
    onlyLogger('"output-options": [ { "flush": true, "output": "stdout" } ], "severity": "INFO"'),
    'DCTL_DEPRECATED_OUTPUT_OPTIONS 5:7',
  ],
  ['loggers-severity-case', onlyLogger('"severity": "WARN"')],
  ['loggers-severity-unknown', onlyLogger('"severity": "INFO"'), 'LOG_BAD_SEVERITY 3:58'],
  ['monitoring', '"monitoring": { "http-host": "127.0.0.1", "http-port": 8001, "user-context": { "comment": "for Prometheus" } }'],
  ['monitoring-open', '"monitoring": { "http-host": "0.0.0.0", "http-port": 9100 }', 'KEAGATE_CONFIG_WARNING 4:34'],
  [
    'loggers-syslog',
    '{ "flush": true, "output": "syslog" }, { "flush": true, "output": "syslog:daemon" }, { "flush": true, ',
  ],
  [
    'proxies',
    '"proxy-protocol": true, "trusted-proxies": [ "192.0.2.10", "10.0.0.0/8", "2001:DB8::/32", "::ffff:198.51.100.0/120" ]',
  ],
  ['proxies-everybody', '"trusted-proxies": [ "192.0.2.10", "0.0.0.0/0" ]', 'KEAGATE_CONFIG_WARNING 3:40'],
  ['one-line', '"http-port": 8001 } }'],
  ['bind-retry', '"bind-retry-seconds": 120'],
  ['port-highest', '"http-port": 65535'],
  ['port-leading-zeros', '"http-port": 8000 } }'],
  ['port-zero', '"http-port": 0 } }'],
  ['service-groups', '"service-groups": { "all4": [ "dhcp4-fra1", "dhcp4-ber1" ], "first": [ "dhcp4-fra1" ] }'],
  ['sockets-any-place', '"dhcp4": { "socket-name": "/tmp/x/../sock", "socket-type": "unix" }'],
  ['sockets-bare-names', '"dhcp4": { "socket-name": "kea4-ctrl-socket", "socket-type": "unix" }'],
  ['sockets-debian', '"d2": { "socket-name": "/run/kea/kea-ddns-ctrl-socket", "socket-type": "unix" } }'],
  [
    'sockets-http',
    '{ "dhcp4": { "socket-address": "127.0.0.1", "socket-port": 8000, "socket-type": "http" }, "dhcp6": { "password": "one", ',
    'KEAGATE_CONFIG_WARNING 5:106',
  ],
  [
    'sockets-https',
    '"dhcp4-fra1": { "cert-file": "tls/door.crt", "key-file": "tls/door.key", "limits": { ',
  ],
  [
    'sockets-agent',
    '"service": "dhcp4", "socket-address": "127.0.0.1", "socket-port": 8010, "socket-type": "http" }, "dhcp6-ber1": { ',
  ],
  ['sockets-empty', `{ "Control-agent": { ${defaults} } }`],
  ['sockets-free-names', '"A.b_c@9": { "socket-name": "b", "socket-type": "unix" }, "__proto__": { "socket-name": "c"'],
  [
    'sockets-limits',
    '"limits": { "connect-timeout-seconds": 5, "stall-timeout-seconds": 60, "total-timeout-seconds": 300, ' +
      '"max-in-flight": 4, "max-waiting": 0, "max-answer-bytes": 536870912, "connect-retry-seconds": 1 }',
  ],
  ['sockets-longest-path', 'sss", "socket-type": "unix" }'],
  [
    'sockets-order',
    '{ "d2": { "socket-name": "c", "socket-type": "unix" }, "dhcp6": { "socket-name": "b", "socket-type": "unix" }, ',
  ],
  ['sockets-same-path', '"dhcp6": { "socket-name": "s", "socket-type": "unix" }'],
  ['tls-crl-without-effect', '"tls": { "crl-file": "crl.pem" }', 'KEAGATE_CONFIG_WARNING 7:26'],
  ['tls-defaults-written', '"key-file": "/etc/kea/tls/server.key", "trust-anchor": "/etc/kea/tls/ca.crt" } }'],
  ['tls-empty-names', `{ "Control-agent": { ${defaults} } }`],
  [
    'tls-everything',
    '"tls": { "ciphers": "ECDHE-RSA-AES256-GCM-SHA384:TLS_AES_256_GCM_SHA384", "crl-file": "crl", ' +
      '"expiry-warning-days": 0, "groups": "X25519:P-256", "reload-on-change": false, "session-tickets": false }',
  ],
  ['tls-mutual', tlsFiles],
  ['tls-only-1.2', '"tls": { "max-version": "1.2" }'],
  ['tls-only-1.3', '"tls": { "min-version": "1.3" }'],
  ['tls-relative-names', '"cert-file": "tls/server.crt"'],
  ['tls-server-only', '"cert-required": false'],
  ['tls-verify-if-given', '"tls": { "client-certificate": "verify-if-given" }'],
  [
    'tls-without-effect',
    `{ "Control-agent": { ${defaults} } }`,
    'KEAGATE_CONFIG_WARNING 3:5',
    'KEAGATE_CONFIG_WARNING 4:5',
  ],
]
