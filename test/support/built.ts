// Builds a program for a test from the sources, as the program itself is built: what it shows holds for that, too.

import { build } from 'esbuild'
import type { BuildOptions } from 'esbuild'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const repository = path.resolve(import.meta.dirname, '../..')

interface Part extends BuildOptions {
  readonly entryPoints: Record<string, string>
}

/**
 * @param text a module that imports sources as `keagate-src/...`
 * @param directory where it is put
 * @returns the file to be run
 */
export async function buildDriver(text: string, directory: string): Promise<string> {
  // A module of plain JavaScript.
  const config = (await import(path.join(repository, 'esbuild.config.mjs'))) as {
    readonly settings: BuildOptions
    readonly parts: Readonly<Record<'main' | 'client' | 'rest', Part>>
  }
  const outdir = path.join(directory, 'built')
  mkdirSync(outdir, { recursive: true })
  const source = path.join(outdir, 'source.mjs')
  writeFileSync(source, text.replaceAll("'keagate-src/", `'${repository}/src/`))
  // The program itself, too: it may be started by what is tested.
  const { main, client, rest } = config.parts
  const tested = { ...rest, entryPoints: { ...rest.entryPoints, driver: source } }
  await Promise.all([main, client, tested].map((part) => build({ ...config.settings, ...part, outdir })))
  writeFileSync(path.join(outdir, 'package.json'), '{ "type": "commonjs" }\n')
  // Read for its version, from the folder above.
  copyFileSync(path.join(repository, 'package.json'), path.join(directory, 'package.json'))
  return path.join(outdir, 'driver.mjs')
}
