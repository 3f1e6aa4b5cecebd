// What a handler module asks of daemons, on its way to the agent and back.

import type { Answer, ReceivedCommand } from '../api.ts'
import { maxArguments, maxQuestions } from '../bounds.ts'
import type { Channel } from './channel.ts'

interface Waiting {
  resolve(answers: readonly Answer[]): void
  reject(error: Error): void
}

export class DaemonQuestions {
  readonly #channel: Channel
  readonly #waiting = new Map<number, Waiting>()
  /**
   * The number of the call that each command came with. Nothing else in a command decides on whose behalf it is asked.
   */
  readonly #calls = new WeakMap<object, number>()
  #lastId = 0

  constructor(channel: Channel) {
    this.#channel = channel
  }

  /** Allows the module to ask on behalf of a command that it is given. @param call the agent's number of the call */
  allow(command: ReceivedCommand, call: number): void {
    this.#calls.set(command, call)
  }

  /** `ask` of the contract. Most modules are plain JavaScript, so the types of the parameters are checked. */
  readonly ask = async (
    on: unknown,
    command: unknown,
    services: unknown,
    args?: unknown,
  ): Promise<readonly Answer[]> => {
    const call = typeof on === 'object' && on !== null ? this.#calls.get(on) : undefined
    if (call === undefined) throw new TypeError('ask goes on a command that the module was given')
    if (typeof command !== 'string') throw new TypeError('the command to ask is a text')
    if (!isListOfTexts(services) || services.length === 0) {
      throw new TypeError('the services to ask are a list of names')
    }
    if (this.#waiting.size >= maxQuestions) {
      throw new Error(`more than ${maxQuestions} questions to daemons are under way`)
    }
    const payload = argumentsJson(args)
    const id = ++this.#lastId
    const answers = new Promise<readonly Answer[]>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#channel.send({ kind: 'ask', id, call, command, services }, payload)
    return answers
  }

  /** @param problem why there are no answers; null: there are. @param payload the JSON list of answers */
  settle(id: number, problem: string | null, payload: Buffer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    // Daemons answer with answer maps; a module that relies on more has to check it.
    if (problem === null) waiting?.resolve(JSON.parse(payload.toString('utf8')) as readonly Answer[])
    else waiting?.reject(new Error(problem))
  }
}

/** @throws TypeError when they are no map or list, RangeError when they are too large */
function argumentsJson(args: unknown): Buffer | null {
  if (args === undefined) return null
  if (typeof args !== 'object' || args === null) throw new TypeError('the arguments to ask with are a map or a list')
  // Declared as a string, but undefined where a `toJSON` of the arguments returns something that JSON cannot express.
  const text = JSON.stringify(args) as string | undefined
  if (text === undefined) throw new TypeError('the arguments to ask with are no JSON')
  const json = Buffer.from(text)
  if (json.length <= maxArguments) return json
  throw new RangeError(`the arguments to ask with are larger than ${maxArguments} bytes`)
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
