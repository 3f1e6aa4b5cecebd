// Who we are: the package's version and what it runs on.

import { existsSync, readFileSync } from 'node:fs'
import { sourceRoot } from './install-dir.ts'

/** The packages that do the work; what they need is in the build report. */
const workingPackages: ReadonlySet<string> = new Set(['@peculiar/x509', 'ajv', 'fastify', 'pino', 'reflect-metadata'])

/** The package's version. Stork reaches the daemons through an agent only if its version is below 3.0. */
export function packageVersion(): string {
  // The file is our own and part of every package; it stands one folder above both `src` and `dist`.
  const { version } = JSON.parse(readFileSync(new URL('../package.json', sourceRoot), 'utf8')) as BundledPackage
  return version
}

/**
 * Several lines: version, runtime and the libraries that matter. What `-V` prints.
 * @param tls what is to be said of the TLS library
 */
export function extendedVersion(version: string, tls: readonly string[]): string {
  return [
    version,
    `keagate ${version}, a control-channel server for ISC Kea`,
    `linked with:`,
    `  Node.js ${process.versions.node}`,
    ...tls.map((line, index) => (index === 0 ? `  ${line}` : `    ${line}`)),
    `  llhttp ${process.versions.llhttp ?? 'unknown'}`,
    ...bundledPackages().filter(({ name }) => workingPackages.has(name)).map(({ name, version: each }) => `  ${name} ${each}`),
  ].join('\n')
}

/**
 * What `-W` prints: everything the process is made of.
 * @param tls what is to be said of the TLS library
 */
export function buildReport(version: string, tls: readonly string[]): string {
  const lines = [`keagate ${version}`, `platform ${process.platform} ${process.arch}`]
  for (const [name, value] of Object.entries(process.versions)) lines.push(`${name} ${value ?? 'unknown'}`)
  lines.push(...tls.map((line) => `tls ${line}`))
  lines.push(...bundledPackages().map(({ name, version: each }) => `${name} ${each}`))
  return lines.join('\n')
}

interface BundledPackage {
  readonly name: string
  readonly version: string
}

/** The packages that the build has put into the program, with all that they need; none where the sources run. */
function bundledPackages(): readonly BundledPackage[] {
  const file = new URL('built-with.json', sourceRoot)
  // Made by the build.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BundledPackage[]) : []
}
