// The files that a configuration is read from or names for reading. No log may be written to any of them.

import type { Sliced } from '../../in-slices.ts'
import { pidFilePath } from '../../process/pid-file.ts'
import { clientFile } from '../resolve/client.ts'
import { resolveFile } from '../resolve/paths.ts'
import type { Section } from '../parse/section.ts'
import type { AgentConfig } from '../types.ts'

export interface InputFile {
  readonly path: string
  /** For a sentence, such as `"key-file" at FILE:LINE:COLUMN`; made only when it is needed. */
  readonly name: () => string
}

const tlsFiles = ['trust-anchor', 'cert-file', 'key-file'] as const
const socketFiles = [...tlsFiles, 'password-file'] as const

export function* inputFiles(agent: Section, config: AgentConfig, env: NodeJS.ProcessEnv): Sliced<InputFile[]> {
  const { directory, sourceFiles, controlSockets } = config
  const [startFile] = sourceFiles
  const files = [
    ...sourceFiles.map((path) => ({ path, name: () => `the configuration file ${path}` })),
    ...(startFile === undefined ? [] : [pidFile(pidFilePath(startFile, env))]),
    ...tlsFiles.flatMap((key) => named(agent, key, directory)),
    ...named(agent.section('tls'), 'crl-file', directory),
    ...moduleFiles(agent, config),
  ]
  const rules = { directory: config.authentication?.directory ?? '', base: directory }
  for (const section of agent.section('authentication')?.sections('clients') ?? []) {
    for (const key of ['user-file', 'password-file'] as const) {
      const path = clientFile(section, key, rules)
      if (path !== null) files.push(...at(section, key, path))
    }
    yield
  }
  for (const [service, section] of agent.section('control-sockets')?.entries() ?? []) {
    const socket = controlSockets.get(service)
    for (const key of socketFiles) files.push(...named(section, key, directory))
    if (socket?.socketType === 'unix') files.push(...at(section, 'socket-name', socket.path))
    yield
  }
  return files
}

function pidFile(path: string): InputFile {
  return { path, name: () => `the PID file ${path}` }
}

function moduleFiles(agent: Section, { hookModules }: AgentConfig): InputFile[] {
  const paths = new Map(hookModules.map(({ place, path }) => [place, path]))
  const sections = agent.sections('hooks-libraries') ?? []
  return sections.flatMap((section) => at(section, 'library', paths.get(section.path) ?? ''))
}

function named(section: Section | null, key: string, directory: string): InputFile[] {
  const name = section?.string(key) ?? ''
  return section === null || name === '' ? [] : at(section, key, resolveFile(name, directory))
}

function at(section: Section, key: string, path: string): InputFile[] {
  return path === '' ? [] : [{ path, name: () => `"${key}" at ${section.keyPosition(key)}` }]
}
