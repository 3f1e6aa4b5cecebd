// Shell commands that ask the agent of a demonstration.

import { realpathSync, symlinkSync, writeFileSync } from 'node:fs'
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
  /** Members of its arguments, as JSON. */
  readonly input?: string
}

export class ClientLines {
  readonly #workplace: Workplace
  readonly #port: number

  /** Writes the files that the lines need into the workplace. @param port the agent's */
  constructor(workplace: Workplace, port: number) {
    this.#workplace = workplace
    this.#port = port
    for (const user of users) this.#writeCurlFile(user)
    symlinkSync(realpathSync(process.argv[1] ?? ''), this.#keaShell)
  }

  curl({ user, service, command, input }: Question): string {
    const members = input === undefined ? '' : `, "arguments": { ${input} }`
    const body = `{ "command": "${command}", "service": [ "${service}" ]${members} }`
    return `curl -sS -K ${shellWord(this.#curlFile(user))} -d '${body}'; echo`
  }

  /** For a machine without curl: keagate, started as kea-shell, acts as Kea's text client. */
  keaShell({ user, service, command, input = '' }: Question): string {
    const { ca, cert, key } = this.#tlsFiles(user)
    const program = `${shellWord(process.execPath)} ${shellWord(this.#keaShell)}`
    const tls = `--ca ${shellWord(ca)} --cert ${shellWord(cert)} --key ${shellWord(key)}`
    return `echo '${input}' | ${program} --port ${this.#port} ${tls} --service ${service} ${command}`
  }

  #writeCurlFile(user: User): void {
    const { ca, cert, key } = this.#tlsFiles(user)
    const options = {
      cacert: ca, cert, key, header: 'Content-Type: application/json', url: `https://${loopback}:${this.#port}/`,
    }
    const lines = Object.entries(options).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
    writeFileSync(this.#curlFile(user), lines.join(''), { mode: 0o600 })
  }

  #curlFile(user: User): string {
    return this.#workplace.file(`${user}.curl`)
  }

  get #keaShell(): string {
    return this.#workplace.file('kea-shell')
  }

  #tlsFiles(user: User): { readonly ca: string; readonly cert: string; readonly key: string } {
    const file = (...names: readonly string[]): string => this.#workplace.file('tls', ...names)
    return { ca: file('ca', 'cert.pem'), cert: file(user, 'cert.pem'), key: file(user, 'key.pem') }
  }
}
