// Prints the copyright file of the Debian package: ours, and that of each package whose code is in the program.
// Words: the file THIRD-PARTY-LICENSES of the build, the bundled Node.js program if there is one.

import { readFileSync } from 'node:fs'
import process from 'node:process'

const [licenses = 'dist/THIRD-PARTY-LICENSES', node] = process.argv.slice(2)

const parts = [
  [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
    'Upstream-Name: keagate',
    '',
    'Files: *',
    'Copyright: the authors of keagate',
    'License: Apache-2.0',
    ' On Debian systems, the text of the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0.',
  ].join('\n'),
]
if (node !== undefined) {
  parts.push('Files: usr/lib/keagate/bin/node\nCopyright: Node.js contributors and others\nLicense: Node.js\n The MIT licence, and those of what it contains: https://github.com/nodejs/node/blob/main/LICENSE')
}
for (const entry of readFileSync(licenses, 'utf8').split(`\n${'-'.repeat(80)}\n\n`)) {
  const [, name, version, license, text] = /^(\S+) (\S+) \((.*)\)\n\n([^]*)$/.exec(entry) ?? []
  const holders = [...text.matchAll(/^ *(?:copyright )(?:\(c\) )?(.*[a-z].*)$/gim)].map(([, holder]) => holder.trim())
  parts.push([
    // Files of the source.
    `Files: node_modules/${name}/*`,
    `Copyright: ${holders.length === 0 ? `the authors of ${name}` : holders.join('\n ')}`,
    `License: ${license}-${`${name}-${version}`.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^-/, '')}`,
    ...text.trimEnd().split(/\r?\n/).map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`)),
  ].join('\n'))
}
process.stdout.write(`${parts.join('\n\n')}\n`)
