// The files that a configuration lets the agent write: logs, which loggers may share, and the audit log.

import { resolve } from 'node:path'
import type { Sliced } from '../../in-slices.ts'
import { sharedRotation } from '../../log/settings.ts'
import type { OutputSettings } from '../../log/settings.ts'
import { identityOfFile } from './identity.ts'
import type { FileIdentity } from './identity.ts'
import { quoted } from '../schema/messages.ts'
import type { Section } from '../parse/section.ts'
import type { AgentConfig } from '../types.ts'

/** A file that is written: by one or more loggers under one name, or by the audit. */
export interface OutputFile extends FileIdentity {
  /** The first map of the configuration that names it. */
  readonly section: Section
  readonly kind: 'log file' | 'audit log'
  /** Absolute, without `.` and `..`; files are opened and renamed by this name. */
  readonly path: string
  /** How many rotated files are kept beside it; 0: it is not rotated. */
  readonly versions: number
}

/** Outputs that are rotated, by the name that is renamed. */
export type Rotating = ReadonlyMap<string, OutputFile>

/**
 * In the order written, the audit log last. Outputs that are no files, such as pipes, are left out: they can neither be
 * spoiled nor rotated.
 */
export function* outputFiles(agent: Section, { loggers, auditLog }: AgentConfig): Sliced<OutputFile[]> {
  const logs = new Map<string, { readonly section: Section; readonly settings: OutputSettings[] }>()
  const sections = agent.sections('loggers') ?? []
  for (const [index, { outputs }] of loggers.entries()) {
    const logger = sections[index]
    const written = logger?.sections('output-options') ?? logger?.sections('output_options') ?? []
    for (const [place, section] of written.entries()) {
      const output = outputs?.[place]
      if (output === undefined || output.path === null) continue
      const path = resolve(output.path)
      const log = logs.get(path)
      if (log === undefined) logs.set(path, { section, settings: [output] })
      else log.settings.push(output)
    }
    yield
  }
  const files: OutputFile[] = []
  const add = (path: string, file: Pick<OutputFile, 'section' | 'kind' | 'versions'>): void => {
    const identity = identityOfFile(path)
    if (identity !== null) files.push({ ...identity, ...file, path })
  }
  for (const [path, { section, settings }] of logs) {
    const { maxSize, maxVersions } = sharedRotation(settings)
    add(path, { section, kind: 'log file', versions: maxSize === 0 ? 0 : maxVersions })
    yield
  }
  const section = agent.section('audit-log')
  if (section !== null && auditLog !== null) {
    const versions = auditLog.maxSize === 0 ? 0 : auditLog.maxVersions
    add(resolve(auditLog.path), { section, kind: 'audit log', versions })
  }
  return files
}

/** By the name that is renamed; of several outputs with one name, the one that keeps the most rotated files. */
export function rotatingFiles(outputs: readonly OutputFile[]): Rotating {
  const rotating = new Map<string, OutputFile>()
  for (const output of outputs) {
    if (output.versions > (rotating.get(output.entry)?.versions ?? 0)) rotating.set(output.entry, output)
  }
  return rotating
}

/** The keys of a file: two names of one file have at least one key in common. */
export function keysOf({ entry, target, inode }: FileIdentity): string[] {
  const names = [...new Set([entry, target])].map((name) => `name:${name}`)
  return inode === null ? names : [...names, `inode:${inode}`]
}

export const rotatedName = /^(.*)\.([1-9]\d{0,15})$/s

/** The output that is rotated onto a file: renamed to the file's name, or to the name that its links lead to. */
export function rotatorOf({ entry, target }: FileIdentity, rotating: Rotating): OutputFile | null {
  for (const name of [entry, target]) {
    const [, base = '', version = ''] = rotatedName.exec(name) ?? []
    const rotator = rotating.get(base)
    if (rotator !== undefined && Number(version) <= rotator.versions) return rotator
  }
  return null
}

/** Whether a log or the audit log of a configuration is written to a path, or rotated onto it. */
export function* isOutputOf({ loggers, auditLog }: AgentConfig, path: string): Sliced<boolean> {
  const asked = identityOfFile(path)
  if (asked === null) return false
  const settings = [...loggers.flatMap(({ outputs }) => outputs ?? []), ...(auditLog === null ? [] : [auditLog])]
  const keys = new Set(keysOf(asked))
  const [, base = '', version = ''] = rotatedName.exec(asked.entry) ?? []
  const seen = new Set<string>()
  for (const { path: output, maxVersions } of settings) {
    const key = JSON.stringify([output, maxVersions])
    if (output === null || seen.has(key)) continue
    seen.add(key)
    yield
    const identity = identityOfFile(resolve(output))
    if (identity === null) continue
    if (keysOf(identity).some((name) => keys.has(name))) return true
    if (identity.entry === base && Number(version) <= Math.max(maxVersions, 1)) return true
  }
  return false
}

/** Names an output and its place in the configuration, for a sentence. */
export function placeOf({ section, path }: OutputFile): string {
  return `${quoted(path)} at ${section.keyPosition('output')}`
}
