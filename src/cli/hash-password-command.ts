// `keagate hash-password`: reads a password from standard input and prints its hash for `password-hash`.

import { createInterface } from 'node:readline'
import { hashPassword } from '../auth/scrypt.ts'
import { asksForHelp } from './words.ts'

const usage = [
  'Usage: keagate hash-password',
  '',
  'Asks for a password, or reads it from standard input, and prints its hash for "password-hash" of a client.',
  'One line end at the end of the input is not part of the password.',
  '',
].join('\n')

/** The word itself is not repeated: it may well be a password. */
const noWords = 'it takes no words: other users of this machine can read the command line, and the shell may keep it in ' +
  'its history; type the password when asked, or write it to standard input'

interface Streams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
}

/** The password is no word of the command line: other users of the machine can read these words. */
export async function hashPasswordCommand(words: readonly string[], streams: Streams): Promise<number> {
  if (asksForHelp(words)) {
    streams.stdout.write(usage)
    return 0
  }
  if (words.length > 0) return refuse(streams, `keagate hash-password: ${noWords}\n\n${usage}`)
  const password = streams.stdin.isTTY === true ? await askTwice(streams) : await readAll(streams.stdin)
  if (password === null) return refuse(streams, 'keagate hash-password: the two passwords differ\n')
  if (password.length === 0) return refuse(streams, 'keagate hash-password: the password is empty\n')
  if (password.includes(0x0a) || password.includes(0x0d)) {
    return refuse(streams, 'keagate hash-password: the password holds a line end; give one line\n')
  }
  streams.stdout.write(`${await hashPassword(password)}\n`)
  return 0
}

function refuse({ stderr }: Streams, text: string): number {
  stderr.write(text)
  return 1
}

async function readAll(stdin: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  const bytes = Buffer.concat(chunks)
  const end = bytes.at(-1) === 0x0a ? (bytes.at(-2) === 0x0d ? 2 : 1) : 0
  return bytes.subarray(0, bytes.length - end)
}

/** Asks at a terminal, which does not show what is typed. Resolves to null if the two passwords differ. */
async function askTwice({ stdin, stderr }: Streams): Promise<Buffer | null> {
  // With a terminal but no output, readline switches the echo off and prints nothing itself.
  const lines = createInterface({ input: stdin, terminal: true, historySize: 0 })
  const typed: string[] = []
  lines.on('SIGINT', () => lines.close())
  stderr.write('Password: ')
  for await (const line of lines) {
    if (typed.push(line) === 2) break
    stderr.write('\nThe same again: ')
  }
  stderr.write('\n')
  const [first = '', second = ''] = typed
  return first === second ? Buffer.from(first) : null
}
