// Shell commands that ask the agent of a demonstration.

import { realpathSync, writeFileSync } from 'node:fs'
import { writeProfile } from '../client/profile/profile-file.ts'
import { shellWord } from '../tls/files/diagnostics.ts'
import { users } from './certificates.ts'
import { loopback } from './free-port.ts'
import type { Service } from './sample-config.ts'
import type { Workplace } from './workplace.ts'

export type User = (typeof users)[number]

export interface Question {
  readonly user: User
  readonly service: Service
  readonly command: string
  readonly args?: Readonly<Record<string, string | number>>
}

export class ClientLines {
  readonly #workplace: Workplace
  readonly #port: number

  /** Writes the files that the lines need into the workplace. @param port the agent's */
  constructor(workplace: Workplace, port: number) {
    this.#workplace = workplace
    this.#port = port
    for (const user of users) {
      this.#writeCurlFile(user)
      writeProfile(this.#environment, user, { url: this.#url, ...this.#tlsFiles(user) })
    }
  }

  curl({ user, service, command, args }: Question): string {
    const members = args === undefined ? '' : `, "arguments": ${spaced(JSON.stringify(args))}`
    const body = `{ "command": "${command}", "service": [ "${service}" ]${members} }`
    return `curl -sS -K ${shellWord(this.#curlFile(user))} -d '${body}'; echo`
  }

  /** By `keagate ask`, which shows tables, and needs no curl. */
  ask({ user, service, command, args = {} }: Question): string {
    const environment = Object.entries(this.#environment).map(([name, value]) => `${name}=${shellWord(value)}`)
    const program = [process.execPath, realpathSync(process.argv[1] ?? '')].map(shellWord)
    const words = Object.entries(args).map(([name, value]) => shellWord(`${name}=${value}`))
    return [...environment, ...program, 'ask', '--profile', user, command, ...words, '-s', service].join(' ')
  }

  #writeCurlFile(user: User): void {
    const { ca, cert, key } = this.#tlsFiles(user)
    const options = {
      cacert: ca, cert, key, header: 'Content-Type: application/json', url: this.#url,
    }
    const lines = Object.entries(options).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
    writeFileSync(this.#curlFile(user), lines.join(''), { mode: 0o600 })
  }

  #curlFile(user: User): string {
    return this.#workplace.file(`${user}.curl`)
  }

  get #url(): string {
    return `https://${loopback}:${this.#port}/`
  }

  /** Where `keagate ask` finds the profiles of the users. */
  get #environment(): { readonly XDG_CONFIG_HOME: string } {
    return { XDG_CONFIG_HOME: this.#workplace.directory }
  }

  #tlsFiles(user: User): { readonly ca: string; readonly cert: string; readonly key: string } {
    const file = (...names: readonly string[]): string => this.#workplace.file('tls', ...names)
    return { ca: file('ca', 'cert.pem'), cert: file(user, 'cert.pem'), key: file(user, 'key.pem') }
  }
}

/** JSON of one map of texts and numbers, with blanks as people write it. */
function spaced(json: string): string {
  return json.replaceAll('":', '": ').replaceAll(',"', ', "').replace(/^\{(.*)\}$/, '{ $1 }')
}
