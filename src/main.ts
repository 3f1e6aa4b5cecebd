#!/usr/bin/env node
// Runs what the command line asks for and maps how it ended to an exit code.

import { basename } from 'node:path'
import { announceMistakes } from './announce.ts'
import { planOf, usage } from './cli.ts'
import type { Plan } from './cli.ts'
import { checkConfigFile } from './check.ts'
import { Daemon } from './daemon.ts'
import { describeError } from './errors.ts'
import { Logging } from './log/logger.ts'
import { onSignals } from './process/signals.ts'
import { subcommands } from './subcommand.ts'
import { buildReport, extendedVersion, packageVersion } from './version.ts'

const program = basename(process.argv[1] ?? 'keagate', '.js').replace(/^main$/, 'keagate')

// Under the name of the agent it replaces, it has that agent's options and nothing else.
const offered = program === 'kea-ctrl-agent' ? [] : Object.keys(subcommands)

process.exitCode = await run(planOf(process.argv.slice(2), offered))

async function run(plan: Plan): Promise<number> {
  switch (plan.kind) {
    case 'version':
      return print(packageVersion())
    case 'extended-version':
      return print(extendedVersion(packageVersion()))
    case 'build-report':
      return print(buildReport(packageVersion()))
    case 'usage-error':
      process.stderr.write(`${plan.text === null ? '' : `${program}: ${plan.text}\n\n`}${usage(program, summaries())}`)
      return 1
    case 'subcommand':
      return runSubcommand(plan.name, plan.words)
    case 'test':
      return checkConfigFile(plan, openLogging(plan.debug), process.env)
    case 'run':
      return serve(plan, openLogging(plan.debug))
  }
}

async function serve(plan: Extract<Plan, { kind: 'run' }>, logging: Logging): Promise<number> {
  const daemon = new Daemon({ file: plan.file, pathChecks: plan.pathChecks, env: process.env, logging })
  logging.write('DCTL_STARTING', { name: program, pid: process.pid, version: daemon.version })
  if (!plan.pathChecks) logging.write('CTRL_AGENT_SECURITY_CHECKS_DISABLED')
  try {
    await daemon.start()
  } catch (error) {
    announceMistakes(logging, 'DCTL_CONFIG_FILE_LOAD_FAIL', error)
    await logging.close()
    process.stderr.write(`Service failed: ${describeError(error)}\n`)
    return 1
  }
  onSignals({
    reload: () => void daemon.reload(),
    stop: (signal) => {
      logging.write('DCTL_SHUTDOWN_SIGNAL_RECVD', { signal })
      daemon.shutdown(0)
    },
  })
  logging.write('CTRL_AGENT_STARTED', { version: daemon.version })
  const exitValue = await daemon.finished
  logging.write('DCTL_SHUTDOWN', { name: program })
  await logging.close()
  // Connections to hung daemons may still be open; nobody waits for them any more.
  process.exit(exitValue)
}

async function runSubcommand(name: string, words: readonly string[]): Promise<number> {
  const entry = subcommands[name]
  // The plan only names what is in the table.
  if (entry === undefined) return 1
  const subcommand = await entry.load()
  const { env, stdin, stdout, stderr } = process
  return subcommand(words, { env, program, stdin, stdout, stderr })
}

function summaries(): ReadonlyMap<string, string> {
  return new Map(offered.map((name) => [name, subcommands[name]?.summary ?? '']))
}

function openLogging(debug: boolean): Logging {
  const wanted = process.env['KEA_LOGGER_DESTINATION'] ?? ''
  try {
    return new Logging({ debug, earlyDestination: wanted === '' ? 'stdout' : wanted })
  } catch (error) {
    process.stderr.write(`KEA_LOGGER_DESTINATION: ${describeError(error)}; standard error is used\n`)
    return new Logging({ debug, earlyDestination: 'stderr' })
  }
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
