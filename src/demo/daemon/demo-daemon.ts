// One demonstration daemon: its control socket, its commands, and the switch that makes it fail.

import { describeError } from '../../errors.ts'
import { parseJson } from '../../json/text/parser.ts'
import { memberOf } from '../../json/text/node.ts'
import type { Answer } from './answer.ts'
import { CommandRefused, printAnswer } from './answer.ts'
import type { CommandTable } from './commands/command-table.ts'
import { ControlSocket } from './control-socket.ts'
import { FaultSwitch, backCommand } from './fault-switch.ts'
import { Fields } from './fields.ts'

const members = ['command', 'arguments', 'service', 'remote-address']

export class DemoDaemon {
  readonly #socket: ControlSocket
  readonly #commands: CommandTable
  readonly #fault: FaultSwitch

  /** @param path of its control socket */
  constructor(path: string, commands: CommandTable) {
    this.#socket = new ControlSocket(path, (text) => this.#read(text))
    this.#fault = new FaultSwitch({
      leave: () => this.#socket.stopListening(),
      return: () => void this.#socket.listen().catch(() => undefined),
    })
    const all = { ...commands, ...this.#fault.commands() }
    const names = [...Object.keys(all), 'list-commands'].sort()
    this.#commands = { ...all, 'list-commands': () => ({ result: 0, arguments: names }) }
  }

  get path(): string {
    return this.#socket.path
  }

  /** Resolves when commands are taken. */
  start(): Promise<void> {
    return this.#socket.listen()
  }

  stop(): void {
    this.#fault.end()
    this.#socket.close()
  }

  async #read(text: string): Promise<string | null> {
    const command = readCommand(text)
    if (typeof command !== 'string' && command.name === backCommand) return printAnswer(this.#run(command))
    await this.#fault.wait()
    return printAnswer(typeof command === 'string' ? { result: 1, text: command } : this.#run(command))
  }

  #run({ name, input }: Command): Answer {
    const handler = Object.hasOwn(this.#commands, name) ? this.#commands[name] : undefined
    if (handler === undefined) return { result: 2, text: `'${name}' command not supported by this demonstration` }
    try {
      return handler(input)
    } catch (error) {
      if (error instanceof CommandRefused) return { result: error.result, text: error.message }
      return { result: 1, text: `the demonstration has failed: ${describeError(error)}` }
    }
  }
}

interface Command {
  readonly name: string
  readonly input: Fields
}

/** @returns what is wrong with the text, or the command in it */
function readCommand(text: string): Command | string {
  const { root, errors } = parseJson(text, { dialect: 'command' })
  if (root === null || errors.length > 0) return `the command cannot be read: ${errors[0]?.text ?? 'it is empty'}`
  if (root.kind !== 'map') return 'a command has to be a map'
  const [other] = root.members.filter(({ key }) => !members.includes(key))
  if (other !== undefined) return `unsupported parameter '${other.key}'`
  const name = memberOf(root, 'command')
  if (name?.kind !== 'string') return `'command' has to be a string`
  const given = memberOf(root, 'arguments')
  if (given !== undefined && given.kind !== 'map') return `'arguments' has to be a map`
  return { name: name.value, input: new Fields(given ?? null) }
}
