#!/usr/bin/env node
// Runs what the command line asks for. Modules that only the running agent needs are loaded last: by then signals are
// caught, and a question such as `-v`, which Stork asks, has been answered at once.

import { parseArguments, usage } from './cli/arguments.ts'
import type { Plan } from './cli/arguments.ts'
import { systemText } from './errors.ts'
import { escapeForLog, escapeLines } from './log/escape.ts'
import { startedAs } from './process/agent-name.ts'
import { Signals } from './process/signals.ts'
import { stackTrace } from './process/stack-trace.ts'
import { subcommands } from './cli/subcommand.ts'
import { buildReport, extendedVersion, packageVersion } from './version.ts'

const program = startedAs(process.argv[1])

// Started under the name of the agent that it replaces, the program has that agent's options and no subcommands.
const offered = program === 'kea-ctrl-agent' ? [] : Object.keys(subcommands)

start(process.argv.slice(2)).then((code) => {
  process.exitCode = code
}, fail)

async function start(words: readonly string[]): Promise<number> {
  return program === 'kea-shell' ? runKeaShell(words) : run(parseArguments(words, offered))
}

async function run(plan: Plan): Promise<number> {
  switch (plan.kind) {
    case 'help':
      return print(usage(program, summaries()).trimEnd())
    case 'version':
      return print(packageVersion())
    case 'extended-version':
      return print(extendedVersion(packageVersion(), await libraryLines()))
    case 'build-report':
      return print(buildReport(packageVersion(), await libraryLines()))
    case 'usage-error':
      process.stderr.write(`${plan.text === null ? '' : `${program}: ${escapeForLog(plan.text)}\n\n`}${usage(program, summaries())}`)
      return 1
    case 'subcommand':
      return runSubcommand(plan.name, plan.words)
    case 'test': {
      const { runConfigCheck: test } = await import('./app/run-agent.ts')
      return test(plan, process.env)
    }
    case 'run': {
      const signals = new Signals()
      const { runAgent: serve } = await import('./app/run-agent.ts')
      return serve(plan, { program, signals, env: process.env })
    }
  }
}

async function runSubcommand(name: string, words: readonly string[]): Promise<number> {
  const entry = subcommands[name]
  // Never the case: the plan only names subcommands of the table.
  if (entry === undefined) return 1
  const subcommand = await entry.load()
  process.on('uncaughtException', fail)
  const { env, stdout, stderr } = process
  stdout.on('error', stopReading)
  return subcommand(words, {
    env, program, stdout, stderr,
    // Node opens it for the first who asks, in 5 ms; most commands read nothing.
    get stdin() {
      return process.stdin
    },
  })
}

/** Started under the name of Kea's text client, the program is that client and nothing else. */
async function runKeaShell(words: readonly string[]): Promise<number> {
  const { keaShell } = await import('./kea-shell/kea-shell.ts')
  const { stdin, stdout, stderr } = process
  stdout.on('error', stopReading)
  const extended = async (): Promise<string> => extendedVersion(packageVersion(), await libraryLines())
  const code = await keaShell(words, { stdin, stdout, stderr, version: packageVersion, extendedVersion: extended })
  // Work that was given up after a time-out may still be under way and must not delay the end.
  stdout.write('', () => process.exit(code))
  return code
}

/** Ends the process after an error that is a defect of the program. */
function fail(error: unknown): never {
  process.stderr.write(`${program}: ${escapeLines(stackTrace(error))}\n`)
  process.exit(1)
}

/** A reader that has seen enough, such as `head`, is no error. */
function stopReading(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  process.stderr.write(`${program}: standard output cannot be written: ${systemText(error)}\n`)
  process.exit(1)
}

/** Node's TLS is loaded only where it is asked about. */
async function libraryLines(): Promise<readonly string[]> {
  const { describeLibrary, tlsLibrary } = await import('./tls/openssl-info.ts')
  return describeLibrary(tlsLibrary(process.env))
}

function summaries(): ReadonlyMap<string, string> {
  return new Map(offered.map((name) => [name, subcommands[name]?.summary ?? '']))
}

function print(text: string): number {
  process.stdout.on('error', stopReading)
  process.stdout.write(`${text}\n`)
  return 0
}
