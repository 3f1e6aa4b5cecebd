// `keagate certs pkcs12`: packs a certificate with its key for clients that do not read PEM.

import { X509Certificate, createPrivateKey } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { directoryOf, oneWord, withAuthority } from '../command.ts'
import type { CertsCommand, CertsContext } from '../command.ts'
import { CA, certFile, exists, keyFile } from '../directory.ts'
import { PRIVATE, replaceFile } from '../durable-file.ts'
import { checkName } from '../name.ts'
import type { Options } from '../options.ts'
import { usageError } from '../options.ts'
import { pkcs12 } from './bundle.ts'
import { reasonOf, certsError } from '../error.ts'

export const pkcs12Command: CertsCommand = {
  usage: `pkcs12 NAME PASSWORD-OPTION [OPTION...]

Packs the certificate NAME, its key and the authority's certificate into one PKCS#12 file (AES-256, HMAC-SHA-256).

  --password-file FILE   the password is the first line of FILE
  --password-env NAME    the password is in this environment variable
  --password-stdin       the password is the first line of standard input
  --out FILE             where to write it (NAME.p12 in the directory)
  --force                replaces a file that is there
  --dir DIR              the directory made by "keagate certs init" (the working directory)`,
  options: {
    'password-file': 'value',
    'password-env': 'value',
    'password-stdin': 'flag',
    out: 'value',
    force: 'flag',
    dir: 'value',
  },
  run: async (options, context) => {
    const name = oneWord(options, 'the name of the certificate')
    checkName(name)
    const directory = directoryOf(options)
    const out = path.resolve(options.value('out') ?? path.join(directory, `${name}.p12`))
    const password = await readPassword(options, context)
    await withAuthority(directory, context.now, async () => {
      if (!exists(directory, name)) {
        throw certsError(`there is no certificate ${name} in ${directory}`, 'see: keagate certs list')
      }
      if (existsSync(out) && !options.flag('force')) {
        throw certsError(`${out} is there already`, 'name another file with --out, or add --force to replace it')
      }
      const content = {
        name,
        key: createPrivateKey(readFileSync(keyFile(directory, name))).export({ type: 'pkcs8', format: 'der' }),
        certificate: new X509Certificate(readFileSync(certFile(directory, name))),
        authority: new X509Certificate(readFileSync(certFile(directory, CA))),
      }
      replaceFile(out, pkcs12(content, password), PRIVATE)
      context.print(`${out}\n`)
      return Promise.resolve()
    })
  },
}

async function readPassword(options: Options, { env, stdin }: CertsContext): Promise<string> {
  const file = options.value('password-file')
  const variable = options.value('password-env')
  const fromStdin = options.flag('password-stdin')
  if (Number(file !== null) + Number(variable !== null) + Number(fromStdin) !== 1) {
    throw usageError('give one of --password-file, --password-env and --password-stdin')
  }
  const text = file !== null ? readText(file) : variable !== null ? (env[variable] ?? '') : await firstPart(stdin)
  const password = text.split(/\r?\n/, 1)[0] ?? ''
  if (password === '') throw certsError('the password is empty', 'a key without one belongs into a PEM file')
  // Readers disagree on the encoding of other characters.
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw certsError('the password holds a character outside ASCII, or a control character', 'use another one')
  }
  return password
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw certsError(`${file} cannot be read: ${reasonOf(error)}`, 'name a file with the password in it', error)
  }
}

async function firstPart(stdin: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const part of stdin) {
    text += String(part)
    if (text.includes('\n') || text.length > 10_000) break
  }
  return text
}
