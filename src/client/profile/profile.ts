// A profile: where commands are sent, and how the client authenticates there. The names of its members are the same in
// options, environment and file.

import { memberOf } from '../../json/text/node.ts'
import type { JsonNode, MapNode } from '../../json/text/node.ts'
import { nearestWord } from '../../config/schema/suggestions.ts'
import { clientUsage } from '../error.ts'

/** Members that hold one text each. Files are given by their names. No member holds a password. */
export const profileTexts = ['url', 'socket', 'ca', 'cert', 'key', 'server-name', 'user', 'password-file'] as const

export type ProfileText = (typeof profileTexts)[number]

export interface Profile extends Readonly<Partial<Record<ProfileText, string>>> {
  /** The services for commands that name none. */
  readonly service?: readonly string[]
  /** Seconds. */
  readonly timeout?: number
}

/** Seconds; Node's timers take no more than 2147483 s. */
export const maxTimeout = 86_400

const members: readonly string[] = [...profileTexts, 'service', 'timeout']

/**
 * @param name of the profile, for messages
 * @throws {KeagateError} CLIENT_USAGE
 */
export function readProfile(name: string, node: JsonNode): Profile {
  if (node.kind !== 'map') throw wrong(name, 'is no map')
  for (const { key } of node.members) if (!members.includes(key)) throw unknown(name, key)
  const texts = profileTexts.flatMap((key) => {
    const value = memberOf(node, key)
    if (value === undefined) return []
    if (value.kind !== 'string' || value.value === '') throw wrong(name, `has no text as ${key}`)
    return [[key, value.value] as const]
  })
  const profile: Profile = Object.fromEntries(texts)
  if (profile.url !== undefined) readUrl(profile.url, `url of the profile ${name}`)
  if (profile.url !== undefined && profile.socket !== undefined) throw wrong(name, 'has url and socket')
  const service = servicesIn(name, node)
  const timeout = memberOf(node, 'timeout')
  const seconds = timeout === undefined ? {} : { timeout: readTimeout(timeout.kind === 'integer' || timeout.kind === 'float' ? timeout.text : '') }
  return { ...profile, ...(service === null ? {} : { service }), ...seconds }
}

function servicesIn(name: string, node: MapNode): readonly string[] | null {
  const given = memberOf(node, 'service')
  if (given === undefined) return null
  const items = given.kind === 'list' ? given.items : [given]
  return items.map((item) => {
    if (item.kind !== 'string' || item.value === '') throw wrong(name, 'has a service that is no text')
    return item.value
  })
}

/** @throws {KeagateError} CLIENT_USAGE: less than 0.001 s, or longer than a day */
export function readTimeout(text: string): number {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0
  if (seconds >= 0.001 && seconds <= maxTimeout) return seconds
  throw clientUsage(`a time-out is a number of seconds from 0.001 to ${maxTimeout}, not ${JSON.stringify(text.slice(0, 40))}`)
}

/**
 * A URL with a password is refused: the password would stay in a file that is copied and shown.
 * @param what names the text in the message, which repeats no user or password
 * @throws {KeagateError} CLIENT_USAGE
 */
export function readUrl(text: string, what: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw clientUsage(`${what} is no http or https URL`, 'write it as https://HOST:PORT/')
  }
  const url = new URL(text)
  if (url.password !== '') throw clientUsage(`${what} holds a password`, 'put it into a file of its own and name that as password-file')
  return url
}

function unknown(name: string, key: string): Error {
  if (key === 'password') return clientUsage(`profile ${name} holds a password`, 'put it into a file of its own and name that as password-file')
  const near = nearestWord(key, members)
  return wrong(name, `has the unknown member ${JSON.stringify(key)}`, near === null ? `it may have ${members.join(', ')}` : `did you mean ${near.word}?`)
}

function wrong(name: string, what: string, remedy?: string): Error {
  return clientUsage(`profile ${name} ${what}`, remedy)
}
