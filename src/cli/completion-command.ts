// `keagate completion`: what a shell needs to complete sub-commands and options. All of it is read from the usage
// texts, so that it cannot differ from them.

import { PassThrough } from 'node:stream'
import { keaCommands } from '../config/access/kea-commands.ts'
import { usualServices } from '../client/request/command-text.ts'
import { escapeForLog } from '../log/escape.ts'
import { meant } from './arguments.ts'
import { completionScripts } from './completion-scripts.ts'
import type { Completable } from './completion-scripts.ts'
import { subcommands } from './subcommand.ts'
import type { SubcommandContext } from './subcommand.ts'
import { asksForHelp } from './words.ts'

const usage = `Usage: keagate completion bash|zsh|fish

Prints what the shell needs to complete the sub-commands of keagate and their options. For this session:

  bash    source <(keagate completion bash)
  zsh     source <(keagate completion zsh)
  fish    keagate completion fish | source
`

/** Resolves to the exit code. */
export async function completionCommand(words: readonly string[], context: SubcommandContext): Promise<number> {
  const { stdout, stderr } = context
  if (asksForHelp(words)) {
    stdout.write(usage)
    return 0
  }
  const [shell = '', more] = words
  const script = Object.hasOwn(completionScripts, shell) ? completionScripts[shell] : undefined
  if (script === undefined || more !== undefined) {
    const wrong = more ?? shell
    const told = `unknown shell ${escapeForLog(wrong)}${meant(wrong, Object.keys(completionScripts))}`
    stderr.write(`${wrong === '' ? '' : `keagate completion: ${told}\n\n`}${usage}`)
    return 1
  }
  const all = Object.entries(subcommands).map(([name, { summary }]) => completable([name], summary, context))
  stdout.write(script(await Promise.all(all)))
  return 0
}

/** @param path the name of a sub-command; for one of its own sub-commands that name, too */
async function completable(path: readonly string[], summary: string, context: SubcommandContext): Promise<Completable> {
  const [name = '', ...below] = path
  const text = await usageOf(name, below, context)
  const options = [...new Set([...text.matchAll(/(?<=[\s[])--?[a-z][a-z0-9-]*/g)].map(([option]) => option))]
  // The usage text has a line for each of the sub-command's own sub-commands.
  const rows = below.length > 0 ? [] : [...text.matchAll(/^ {2}([a-z][a-z0-9]*) (?:.*?) {2,}(.*)$/gm)]
  const own = name === 'certs' ? rows : []
  // It takes the name of a shell, which the pattern of an option does not find.
  if (name === 'completion') options.push(...Object.keys(completionScripts))
  const commands = await Promise.all(own.map(([, word = '', what = '']) => completable([name, word], what, context)))
  if (name === 'ask') options.push(...keaCommands.keys())
  const values = name === 'ask' ? [{ short: '-s', long: '--service', words: usualServices }] : []
  return { name: path.at(-1) ?? '', summary, options: [...new Set([...options, '--help'])], values, commands }
}

async function usageOf(name: string, below: readonly string[], context: SubcommandContext): Promise<string> {
  const stdout = new PassThrough({ encoding: 'utf8' })
  const run = await subcommands[name]?.load()
  await run?.([...below, '--help'], { ...context, stdout })
  return String(stdout.read() ?? '')
}
