// Who we are: the package's version and what it runs on.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** Fields of package.json that are read; the file stands one folder above both `src` and `dist`. */
interface PackageFile {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** The package's version. Stork reaches the daemons through an agent only if its version is below 3.0. */
export function packageVersion(): string {
  return ownPackage().version
}

function ownPackage(): PackageFile {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  // The file is our own and part of every package.
  return JSON.parse(text) as PackageFile
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
    ...dependencies().map((line) => `  ${line}`),
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
  lines.push(...dependencies())
  return lines.join('\n')
}

/** Name and version of each package that keagate depends on. */
function dependencies(): string[] {
  const found = existsSync(builtWithFile) ? builtWith() : installed()
  return Object.entries(found).map(([name, version]) => `${name} ${version}`)
}

/** Made by the build, as what starts holds most packages as they were then, whatever is installed beside it later. */
const builtWithFile = new URL('built-with.json', import.meta.url)

/** Part of the build. */
export function writeBuiltWith(): void {
  writeFileSync(builtWithFile, `${JSON.stringify(installed(), null, 2)}\n`)
}

function builtWith(): Readonly<Record<string, string>> {
  // Written by the function above.
  return JSON.parse(readFileSync(builtWithFile, 'utf8')) as Record<string, string>
}

function installed(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(ownPackage().dependencies ?? {}).map((name) => [name, dependencyVersion(name)]))
}

function dependencyVersion(name: string): string {
  // `package.json` is not among the exports of every package, so the file is found beside the entry point.
  let folder = new URL('.', import.meta.resolve(name))
  for (let up = 0; up < 5; up++) {
    try {
      const found = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as PackageFile & { name?: string }
      if (found.name === name) return found.version
    } catch {
      // Not in this folder; the one above is next.
    }
    folder = new URL('..', folder)
  }
  return 'unknown'
}
