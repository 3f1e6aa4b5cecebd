// `keagate doctor`: finds what is wrong with a deployment before a client does.

import { parseArgs } from 'node:util'
import { escapeForLog } from '../log/escape.ts'
import type { Log } from '../log/message.ts'
import { examineCertificates, examineUpstreamCertificates } from '../doctor/certificates.ts'
import { simulateClient } from '../doctor/simulate-client.ts'
import { examineConfiguration } from '../doctor/configuration.ts'
import { examineDaemons } from '../doctor/daemons.ts'
import { exitCode, report } from '../doctor/finding.ts'
import type { Finding } from '../doctor/finding.ts'
import { examineAddresses, examineFiles, examineMachine } from '../doctor/environment.ts'
import { painterFor } from '../process/terminal-color.ts'
import { asksForHelp, mistakeIn } from './words.ts'

const usage = `Usage: keagate doctor [-c FILE] [--quiet] [--json]
       keagate doctor --client [CERT KEY] [--ca CA] [--quiet] [--json] URL

The first form checks what an agent needs: configuration, certificates, ports, folders and daemons. The second form acts
as a client of a running agent, step by step. Without CERT and KEY it acts as a client without a certificate.

  -c FILE    configuration file (/etc/kea/kea-ctrl-agent.conf)
  --ca CA    the certificate of the CA of the server; default: the CAs of Node.js
  --quiet    print warnings and errors only
  --json     print one JSON document: findings with level, what, text, remedy; and their number

Exit code: 0 no error (there may be warnings), 1 an error or a usage mistake.
`

const defaultFile = '/etc/kea/kea-ctrl-agent.conf'

interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream
}

/** Resolves to the exit code. */
export async function doctorCommand(words: readonly string[], { env, stdout, stderr }: Surroundings): Promise<number> {
  if (asksForHelp(words)) {
    stdout.write(usage)
    return 0
  }
  const task = read(words, env)
  if (typeof task === 'string') {
    stderr.write(`keagate doctor: ${escapeForLog(task)}\n\n${usage}`)
    return 1
  }
  const findings = await task.examine()
  stdout.write(report(findings, { ...task, paint: painterFor(stdout, env) }))
  return exitCode(findings)
}

interface Task {
  readonly json: boolean
  readonly quiet: boolean
  examine(): Promise<readonly Finding[]>
}

const options = {
  config: { type: 'string', short: 'c' },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  client: { type: 'boolean', default: false },
  ca: { type: 'string' },
} as const

/** @returns the task, or a text that says what is wrong with the words */
function read(words: readonly string[], env: NodeJS.ProcessEnv): Task | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options,
    })
    const { json, quiet, client, ca = null, config: file = null } = values
    if (!client) {
      if (positionals[0] !== undefined) return `unexpected word ${positionals[0]}`
      if (ca !== null) return '--ca goes with --client'
      return { json, quiet, examine: () => examineDeployment(file ?? defaultFile, env) }
    }
    const [url, keyFile, certFile, more] = positionals.toReversed()
    if (more !== undefined) return `unexpected word ${more}`
    if (url === undefined || (keyFile !== undefined && certFile === undefined)) return '--client needs CERT, KEY and URL, or URL alone'
    if (file !== null) return '-c does not go with --client'
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return `${url} is no http or https URL`
    const pair = certFile === undefined || keyFile === undefined ? null : { certFile, keyFile }
    return { json, quiet, examine: () => simulateClient({ pair, ca, url: new URL(url) }) }
  } catch (error) {
    return mistakeIn(error, options)
  }
}

async function examineDeployment(file: string, env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const machine = examineMachine(env)
  const { findings, loaded } = examineConfiguration(file, env)
  if (loaded === null) return [...machine, ...findings]
  const upstreams = await examineUpstreamCertificates(loaded, silent)
  return [
    ...machine,
    ...findings,
    ...examineCertificates(loaded),
    ...(await examineAddresses(loaded.config, file, env)),
    ...(await examineFiles(loaded, file, env, silent)),
    ...upstreams,
    ...(upstreams.some(({ level }) => level === 'error') ? [] : await examineDaemons(loaded.config, silent)),
  ]
}

const silent: Log = { write: () => undefined, enabled: () => false }
