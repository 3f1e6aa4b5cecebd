// `keagate certs` in tests: run inside this process, in a directory of its own, at any time.

import { PassThrough } from 'node:stream'
import { certsCommand } from '../../src/cli/certs-command.ts'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Given {
  readonly now?: Date
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
}

/** @param words what follows `keagate certs` */
export async function certs(words: readonly string[], { now, env = {}, input = '' }: Given = {}): Promise<Outcome> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  stdin.end(input)
  const code = await certsCommand(words, { env, stdin, stdout, stderr }, now)
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) }
}

/** @throws with what it printed when it fails */
export async function done(words: readonly string[], given: Given = {}): Promise<string> {
  const { code, stdout, stderr } = await certs(words, given)
  if (code !== 0) throw new Error(`keagate certs ${words.join(' ')}: ${stderr}`)
  return stdout
}

function textOf(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString() ?? ''
}
