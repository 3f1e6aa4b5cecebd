// The manual page keagate.conf(5), made from the schema.

import type { Keyword, Place } from './keyword-places.ts'
import { keywordPlaces } from './keyword-places.ts'

/** The page as it should stand in `docs/man`. */
export function confPage(): string {
  return [head, ...keywordPlaces().map(sectionOf), tail].join('')
}

function sectionOf({ name, description, keywords }: Place): string {
  const [, ...path] = name.split('/')
  const title = path.length === 0 ? name : path.join('/')
  return `.SS ${plain(title)}\n${text(sentence(description))}${keywords.map(entryOf).join('')}`
}

function entryOf({ name, needed, kind, fallback, description }: Keyword): string {
  const values = kind.replaceAll('`', '"')
  const remark = needed ? '; required' : fallback === null ? '' : `; default ${fallback}`
  return `.TP\n.BR ${plain(name)} "  (${plain(values.replaceAll('"', '""'))}${plain(remark)})"\n${text(sentence(description))}`
}

/** A text that begins with a value to write keeps its small letter. */
function sentence(words: string): string {
  if (/^(?:kea-ctrl-agent|stdout)\b/.test(words)) return `${words}.`
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}

/** Lines of at most 78 characters; a line that begins like a request is kept from being one. */
function text(words: string): string {
  const lines: string[] = []
  for (const word of words.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < 78) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => `${plain(line).replace(/^(?=['.])/, '\\&')}\n`).join('')
}

/** What roff would take for more than characters. */
function plain(words: string): string {
  return words.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('`', '').replaceAll("'", '\\(aq')
}

const head = `.\\" Made from the schema: npx tap --snapshot test/docs/man.test.ts
.TH KEAGATE.CONF 5 2026-11-27 keagate "File Formats"
.SH NAME
keagate.conf \\- configuration of keagate, in the form of kea\\-ctrl\\-agent.conf
.SH DESCRIPTION
The file is read at the start of
.BR keagate (8)
and on each reload.
It is JSON in Kea's own dialect: comments
.RB ( # ,
.B //
and
.BR "/* */" ),
extra commas (accepted with a warning), and
.B <?include \\(dqfile\\(dq?>
instead of a value or a member.
Its only member is the map
.BR Control\\-agent .
A configuration of Kea's Control Agent works without a change.
The smallest one is
.BR "{\\ \\(dqControl\\-agent\\(dq:\\ {}\\ }" :
plain HTTP on 127.0.0.1 port 8000, without daemons.
.PP
A reload takes every keyword into account.
Another port or a restart is needed for a change between HTTP and HTTPS,
and for an address that covers the old one.
.PP
Relative names of files start from the folder of the configuration file.
Control sockets named without a folder are in
.IR /run/kea ,
log files in
.IR /var/log/kea .
Seconds are whole numbers.
An unknown keyword is a mistake in every map.
Most maps may have
.B comment
and
.BR user\\-context ,
which are kept and have no effect.
.PP
.B keagate \\-t FILE
checks a file,
.B keagate schema
prints the JSON schema for editors.
.SH KEYWORDS
Map by map, from the outside in.
.B NAME
stands for a name that you choose, an asterisk for each element of a list.
`

const tail = `.SH FILES
.TP
.I /etc/kea/keagate.conf
Of the Debian package, if there was no other configuration.
.TP
.I /etc/kea/kea\\-ctrl\\-agent.conf
Of the Control Agent that keagate replaces, and of the sample unit.
.SH EXAMPLES
Mutual TLS in front of one daemon:
.PP
.RS 4
.nf
{ "Control\\-agent": {
    "http\\-host": "192.0.2.10", "http\\-port": 8000,
    "trust\\-anchor": "/etc/kea/tls/ca/cert.pem",
    "cert\\-file": "/etc/kea/tls/server/cert.pem",
    "key\\-file": "/etc/kea/tls/server/key.pem",
    "control\\-sockets": {
        "dhcp4": { "socket\\-type": "unix", "socket\\-name": "/run/kea/kea4\\-ctrl\\-socket" }
    }
} }
.fi
.RE
.PP
Passwords, and a user who may only read.
Other users of the host must not be able to read the files.
.PP
.RS 4
.nf
{ "Control\\-agent": {
    "authentication": { "clients": [
        { "user": "admin", "password\\-file": "/etc/kea/admin\\-password" },
        { "user": "viewer", "password\\-file": "/etc/kea/viewer\\-password" }
    ] },
    "access\\-control": {
        "assign\\-role\\-method": "basic\\-authentication",
        "roles": [
            { "name": "admin", "accept\\-commands": "ALL" },
            { "name": "viewer", "accept\\-commands": "READ" }
        ]
    },
    "control\\-sockets": { "dhcp4": { "socket\\-name": "/run/kea/kea4\\-ctrl\\-socket" } }
} }
.fi
.RE
.SH SEE ALSO
.BR keagate (8),
.BR keagate\\-ask (1)
.PP
The pages about each part are in
.I /usr/share/doc/keagate/docs
(Debian package) or in the folder
.I docs
of the package for npm.
`
