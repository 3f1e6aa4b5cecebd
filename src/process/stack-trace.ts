// Stack traces that name places in the sources, not in the built program. Node can do that itself
// (`--enable-source-maps`), but then reads all source maps at each start, which takes 50 ms and 8 MB.

import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import type { SourceMapPayload } from 'node:module'
import { fileURLToPath } from 'node:url'

/** A place in a module: URL of an ES module or path of a CommonJS one, line and column, both from 1. */
const modulePlace = /((?:file:\/\/)?\/[^()\n]+?\.m?js):(\d+):(\d+)/g

/** The stack trace of an error, with each place in the sources that it was built from, such as `src/serve.ts:12:3`. */
export function stackTrace(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const maps = new Map<string, SourceMap | null>()
  return stack.replaceAll(modulePlace, (place: string, file: string, line: string, column: string) => {
    const map = maps.get(file) ?? sourceMap(file)
    maps.set(file, map)
    const entry = map?.findEntry(Number(line) - 1, Number(column) - 1)
    if (entry === undefined || !('originalSource' in entry)) return place
    return `${entry.originalSource.replace(/^(?:\.\.\/)+/, '')}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
  })
}

/** null where there is no map, as for modules that run unbuilt. @param file a path or a URL */
function sourceMap(file: string): SourceMap | null {
  try {
    const path = file.startsWith('file:') ? fileURLToPath(file) : file
    // The build writes this file.
    return new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')) as SourceMapPayload)
  } catch {
    return null
  }
}
