// Runs the built program (`dist/main.js`) as an operator would: own process, own folder, a free loopback port.

import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Child, Owner } from './child.ts'
import { startChild } from './child.ts'

export interface Program extends Child {
  readonly port: number
  /** The folder of the configuration file; removed when the owner's test ends. */
  readonly directory: string
  readonly configFile: string
}

export interface ProgramOptions {
  /** What runs instead of the built program: an executable that takes `-c FILE`, such as the real kea-ctrl-agent. */
  readonly executable?: string
  /** Further arguments, before `-c FILE`. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where to listen; a free port when left out. */
  readonly port?: number
}

/** The map inside `Control-agent`, or the whole file as text for a given port. */
export type ProgramConfig = Readonly<Record<string, unknown>> | ((port: number) => string)

/** The built program's entry point. */
export const mainFile = path.resolve(import.meta.dirname, '../../dist/main.js')

/** Starts the program and waits until it says it is ready. A map gets `http-port` filled in. */
export async function startProgram(
  owner: Owner,
  config: ProgramConfig,
  options: ProgramOptions = {},
): Promise<Program> {
  if (options.executable === undefined && !existsSync(mainFile)) {
    throw new Error(`${mainFile} does not exist: run "npm run build" first`)
  }
  const port = options.port ?? (await freePort())
  const directory = temporaryDirectory(owner)
  const configFile = path.join(directory, 'kea-ctrl-agent.conf')
  const text =
    typeof config === 'function' ? config(port) : JSON.stringify({ 'Control-agent': { 'http-port': port, ...config } })
  writeFileSync(configFile, text)
  const [command, first] =
    options.executable === undefined ? [process.execPath, [mainFile]] : [options.executable, []]
  const child = startChild(owner, command, [...first, ...(options.args ?? []), '-c', configFile], {
    env: { KEA_PIDFILE_DIR: directory, KEA_LOCKFILE_DIR: 'none', ...options.env },
    cwd: directory,
  })
  await child.waitFor(/CTRL_AGENT_STARTED/)
  return { ...child, port, directory, configFile }
}

/** A folder with a short path (socket names are limited to 107 bytes), removed when the owner's test ends. */
export function temporaryDirectory(owner: Owner): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'keagate-'))
  owner.teardown(() => removeFolder(directory))
  return directory
}

/**
 * Removes a folder that an ending process may still write to for a moment. Node's own retries do not help: they try to
 * remove the same folder again, and do not look at what has come into it since.
 */
async function removeFolder(directory: string): Promise<void> {
  for (let left = 50; ; left--) {
    try {
      await rm(directory, { recursive: true, force: true })
      return
    } catch (error) {
      if (left === 0 || !(error instanceof Error && 'code' in error && error.code === 'ENOTEMPTY')) throw error
      await setTimeout(100)
    }
  }
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  return address.port
}
