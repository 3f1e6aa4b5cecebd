// Prints the SBOM (CycloneDX) of the program in dist/: the packages of the lock file whose code is in it.
// The same sources give the same text, whatever the folder is called: the time is SOURCE_DATE_EPOCH or that of the
// commit.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath, URL } from 'node:url'

const cwd = fileURLToPath(new URL('..', import.meta.url))
const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const words = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only']
const sbom = JSON.parse(execFileSync('npm', words, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }))

// The build has written down what it has put into the program.
const bundled = JSON.parse(readFileSync(new URL('../dist/built-with.json', import.meta.url), 'utf8'))
const needed = new Set(bundled.map((each) => `${each.name}@${each.version}`))
sbom.components = sbom.components.filter((component) => needed.has(`${component.name}@${component.version}`))
// Only for npm they are packages of development, as none of them is installed with keagate.
for (const component of sbom.components) {
  component.scope = 'required'
  component.properties = component.properties.filter((property) => property.name !== 'cdx:npm:package:development')
}
const kept = new Set([sbom.metadata.component['bom-ref'], ...sbom.components.map((component) => component['bom-ref'])])
sbom.dependencies = (sbom.dependencies ?? []).filter(({ ref }) => kept.has(ref)).map(({ ref, dependsOn = [] }) => {
  return { ref, dependsOn: dependsOn.filter((each) => kept.has(each)) }
})

sbom.metadata.component.name = name
sbom.metadata.component.purl = `pkg:npm/${name}@${version}`
sbom.metadata.timestamp = new Date(epoch() * 1000).toISOString()
delete sbom.serialNumber
const digits = createHash('sha256').update(JSON.stringify(sbom)).digest('hex')
// A UUID of version 8: the bits are ours.
const uuid = digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5')
const { bomFormat, specVersion, $schema, ...rest } = sbom
process.stdout.write(`${JSON.stringify({ $schema, bomFormat, specVersion, serialNumber: `urn:uuid:${uuid}`, ...rest }, null, 2)}\n`)

function epoch() {
  const given = process.env['SOURCE_DATE_EPOCH'] ?? ''
  if (/^[0-9]+$/.test(given)) return Number(given)
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    // No repository: a copy of the sources has no time of its own.
    return 0
  }
}
