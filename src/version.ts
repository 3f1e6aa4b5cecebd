// The package's version, and what it is made of and runs on.

import { existsSync, readFileSync } from 'node:fs'
import { sourceRoot } from './install-dir.ts'

/** The packages that `-V` names. The packages that these depend on are only in the build report. */
const workingPackages: ReadonlySet<string> = new Set(['@peculiar/x509', 'ajv', 'fastify', 'pino', 'reflect-metadata'])

/** The package's version. Stork reaches the daemons through an agent only if its version is below 3.0. */
export function packageVersion(): string {
  // The file is part of every package and lies one folder above both `src` and `dist`.
  const { version } = JSON.parse(readFileSync(new URL('../package.json', sourceRoot), 'utf8')) as BundledPackage
  return version
}

/**
 * What `-V` prints, in several lines: version, runtime and the most important libraries.
 * @param tls lines about the TLS library
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
 * What `-W` prints: the version of everything that the process is made of.
 * @param tls lines about the TLS library
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

/** The packages that the build has put into the program, dependencies included; none when the sources run unbuilt. */
function bundledPackages(): readonly BundledPackage[] {
  const file = new URL('built-with.json', sourceRoot)
  // The build writes this file.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BundledPackage[]) : []
}
