// `keagate health`: whether the agent of a configuration is alive, for container engines and scripts that judge by the
// exit code. The agent itself is asked. Only where its address cannot be known, its process is looked for instead.

import { parseArgs } from 'node:util'
import { loadConfigFile } from '../config/load.ts'
import type { AgentConfig } from '../config/types.ts'
import { describeError } from '../errors.ts'
import { escapeForLog } from '../log/escape.ts'
import { pidFilePath, runningAgent } from '../process/pid-file.ts'
import { askAgent, askMonitoring } from '../health/probe.ts'
import type { Verdict } from '../health/verdict.ts'
import { healthy, unhealthy, unknown } from '../health/verdict.ts'
import { asksForHelp, mistakeIn } from './words.ts'

const usage = `Usage: keagate health [-c FILE] [--ready]

Tells whether the agent that runs with FILE is alive. It asks the monitoring listener, or the command port if there is
none. It needs no certificate and no password.

  -c FILE    configuration file (/etc/kea/kea-ctrl-agent.conf)
  --ready    also check whether it accepts commands now; needs "monitoring" in FILE

Exit code: 0 healthy, 1 not healthy, unknown, or a usage mistake.
`

const defaultFile = '/etc/kea/kea-ctrl-agent.conf'

interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
}

/** Resolves to the exit code. */
export async function healthCommand(words: readonly string[], { env, stdout, stderr }: Surroundings): Promise<number> {
  if (asksForHelp(words)) {
    stdout.write(usage)
    return 0
  }
  const question = read(words)
  if (typeof question === 'string') {
    stderr.write(`keagate health: ${escapeForLog(question)}\n\n${usage}`)
    return 1
  }
  const verdict = await checkHealth(question, env)
  stdout.write(`${verdict.state}: ${escapeForLog(verdict.text)}\n`)
  return verdict.state === 'healthy' ? 0 : 1
}

interface Question {
  readonly file: string
  readonly ready: boolean
}

const options = { config: { type: 'string', short: 'c' }, ready: { type: 'boolean', default: false } } as const

/** @returns what is wrong with the words, or what they ask */
function read(words: readonly string[]): Question | string {
  try {
    const { values } = parseArgs({
      args: [...words],
      options,
    })
    return { file: values.config ?? defaultFile, ready: values.ready }
  } catch (error) {
    return mistakeIn(error, options)
  }
}

async function checkHealth({ file, ready }: Question, env: NodeJS.ProcessEnv): Promise<Verdict> {
  let config: AgentConfig
  try {
    ;({ config } = loadConfigFile(file, { env, pathChecks: true, tolerance: 'all' }))
  } catch (error) {
    // The file may have been spoiled after the start. The agent still serves with the old content: it must not be
    // killed for this.
    return judgeProcess(file, env, `${file} cannot be used (${describeError(error).split('\n')[0] ?? ''})`, ready)
  }
  const { monitoring, httpPort } = config
  if (monitoring !== null && monitoring.httpPort !== 0) return askMonitoring(monitoring, ready ? 'readyz' : 'livez')
  if (ready) return unknown(`only monitoring can say whether commands are taken; add "monitoring" to ${file}, or leave out --ready`)
  if (httpPort === 0) return judgeProcess(file, env, `${file} leaves the port to chance`, ready)
  const verdict = await askAgent(config)
  const pid = verdict.state === 'healthy' ? null : runningAgent(pidFilePath(file, env))
  return pid === null ? verdict : unhealthy(`${verdict.text}; process ${pid} runs with ${file}, perhaps with an older state of it`)
}

/** @param why the agent itself cannot be asked */
function judgeProcess(file: string, env: NodeJS.ProcessEnv, why: string, ready: boolean): Verdict {
  const pid = runningAgent(pidFilePath(file, env))
  if (pid === null) return unhealthy(`${why}, and no agent runs with it`)
  return ready ? unknown(`process ${pid} runs, but cannot be asked whether it takes commands: ${why}`) : healthy(`process ${pid} runs, but cannot be asked: ${why}`)
}
