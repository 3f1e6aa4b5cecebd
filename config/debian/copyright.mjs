// Prints the copyright file of the Debian package: ours, and that of each package that comes with it.
// Words: the folder of node_modules, the bundled Node.js program if there is one.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'

const [modules = 'node_modules', node] = process.argv.slice(2)

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
for (const folder of packages(modules)) {
  const { name, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)/i.test(each))
  const text = file === undefined ? '' : readFileSync(path.join(folder, file), 'utf8')
  const holders = [...text.matchAll(/^ *(?:copyright )(?:\(c\) )?(.*[a-z].*)$/gim)].map(([, holder]) => holder.trim())
  const place = path.relative(path.join(modules, '..'), folder)
  parts.push([
    `Files: usr/lib/keagate/${place}/*`,
    `Copyright: ${holders.length === 0 ? `the authors of ${name}` : holders.join('\n ')}`,
    `License: ${license}-${name.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^-/, '')}`,
    ...(text === '' ? [` ${license}, as package.json says.`] : text.trimEnd().split(/\r?\n/).map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`))),
  ].join('\n'))
}
process.stdout.write(`${parts.join('\n\n')}\n`)

function packages(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'package.json' && /(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/.test(entry.parentPath))
    .map((entry) => entry.parentPath)
    .filter((each) => existsSync(path.join(each, 'package.json')))
    .sort()
}
