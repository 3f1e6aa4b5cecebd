// Checks that each log and the audit log has a file of its own, also when it is rotated, and that none of them is a
// file that the agent reads.

import { dirname, resolve } from 'node:path'
import type { Sliced } from '../../in-slices.ts'
import { identityOfFile, inodeOf, realFolder, statOf } from './identity.ts'
import { inputFiles } from './inputs.ts'
import type { InputFile } from './inputs.ts'
import { keysOf, outputFiles, placeOf, rotatedName, rotatingFiles, rotatorOf } from './outputs.ts'
import type { OutputFile, Rotating } from './outputs.ts'
import { readRegularFile } from '../resolve/regular-file.ts'
import type { Section } from '../parse/section.ts'
import type { AgentConfig } from '../types.ts'

const remedy = 'give each a file of its own'

/**
 * Notes an error for each file that two outputs would write or rename, or that the agent reads as well. Several loggers
 * may name one file and then share it. Asks the system about each file.
 * @param config made from `agent`; without mistakes so far if its paths are restricted
 */
export function* checkOutputFiles(agent: Section, config: AgentConfig, env: NodeJS.ProcessEnv): Sliced<void> {
  const outputs = yield* outputFiles(agent, config)
  if (outputs.length === 0) return
  const rotating = rotatingFiles(outputs)
  yield* checkAmongEachOther(outputs, rotating)
  yield* checkInputs(yield* inputFiles(agent, config, env), outputs, rotating)
}

function* checkAmongEachOther(outputs: readonly OutputFile[], rotating: Rotating): Sliced<void> {
  const known = new Map<string, OutputFile>()
  for (const output of outputs) {
    const keys = keysOf(output)
    const same = keys.map((key) => known.get(key)).find((other) => other !== undefined)
    if (same !== undefined) checkSame(output, same)
    for (const key of keys) if (!known.has(key)) known.set(key, output)
    const rotator = rotatorOf(output, rotating)
    if (rotator !== null) {
      const text = `the ${rotator.kind} ${placeOf(rotator)} is rotated onto this file`
      output.section.error('output', text, remedy)
    }
    yield
  }
}

/** Loggers that use one name for a file share the stream that rotates it; under two names, two streams would. */
function checkSame(output: OutputFile, other: OutputFile): void {
  const where = placeOf(other)
  if (output.kind !== other.kind) {
    const text = `a logger writes to this file, in which no log line may stand: ${where}`
    output.section.error('output', text, remedy)
  } else if (output.versions + other.versions > 0) {
    const text = `this is the file of another log under another name, and it would be rotated under both: ${where}`
    output.section.error('output', text, 'write the same name in both, or give each a file of its own')
  }
}

/** A file that many entries name is looked at once. */
function* checkInputs(inputs: readonly InputFile[], outputs: readonly OutputFile[], rotating: Rotating): Sliced<void> {
  const written = new Map(outputs.toReversed().flatMap((output) => keysOf(output).map((key) => [key, output])))
  const folders = new Map<string, InputFile>()
  const seen = new Set<string>()
  for (const input of inputs) {
    const path = resolve(input.path)
    if (seen.has(path)) continue
    seen.add(path)
    yield
    // One system call for each of perhaps thousands of files; more only where a name looks like that of a rotated file.
    const found = statOf(path)
    if (found?.isDirectory() === true) folders.set(realFolder(path), input)
    const inode = inodeOf(found)
    const output = written.get(`name:${path}`) ?? (inode === null ? undefined : written.get(`inode:${inode}`))
    if (output !== undefined) {
      const text = `the ${output.kind} would be written into a file that is read as well: ${input.name()}`
      output.section.error('output', text, remedy)
      continue
    }
    const identity = rotatedName.test(path) ? identityOfFile(path) : null
    const rotator = identity === null ? null : rotatorOf(identity, rotating)
    if (rotator === null) continue
    const text = `this ${rotator.kind} is rotated onto a file that is read as well: ${input.name()}`
    rotator.section.error('output', text, remedy)
  }
  if (folders.size > 0) yield* checkFolders(folders, outputs)
}

/** In folders of certificates a log may stand beside them, but no certificate must become a log. */
function* checkFolders(folders: ReadonlyMap<string, InputFile>, outputs: readonly OutputFile[]): Sliced<void> {
  for (const { section, kind, target, inode } of outputs) {
    yield
    const input = inode === null ? undefined : around(target, folders)
    if (input === undefined || !holdsPem(target)) continue
    const text = `the ${kind} would be written into a certificate that is read as well: ${input.name()}`
    section.error('output', text, remedy)
  }
}

/** @param file a path that exists, which bounds its length */
function around(file: string, folders: ReadonlyMap<string, InputFile>): InputFile | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const input = folders.get(folder)
    if (input !== undefined || folder === dirname(folder)) return input
  }
}

/** Bytes. Larger files are taken for logs: no file of certificates is larger, and a log soon is. */
const maxPemSize = 256 * 1024

function holdsPem(path: string): boolean {
  try {
    const file = readRegularFile(path, maxPemSize)
    return file.ok && file.bytes.includes('-----BEGIN ')
  } catch {
    return false
  }
}
