// Builds Kea's answer maps and the list around them. Answers of daemons and handlers are spliced in, never rebuilt.

import type { Printable } from '../json/text/print.ts'
import { printCompact } from '../json/text/print.ts'
import type { RawJson } from '../json/raw.ts'
import { joinRaw, rawJson } from '../json/raw.ts'
import { escapeLines } from '../log/escape.ts'

/** Kea's result numbers as the agent itself uses them. */
export const RESULT_SUCCESS = 0
export const RESULT_ERROR = 1
export const RESULT_UNSUPPORTED = 2
/** A correct configuration that cannot be put in force, as where its address is taken. */
export const RESULT_NOT_IN_FORCE = 5

/**
 * One answer map, its keys in Kea's order; parts that are not given are left out.
 * @param text for people; line ends separate its sentences. Characters that may deceive a reader, as in names from
 * outside, are made visible
 */
export function answer(result: number, text?: string, args?: Printable): RawJson {
  const shown = text === undefined ? undefined : escapeLines(text)
  return { ...rawJson(printCompact({ arguments: args, result, text: shown })), result }
}

/** A success whose `arguments` are JSON text already; the bytes are spliced in, not copied. */
export function answerWithRaw(args: RawJson): RawJson {
  return { ...joinRaw([argumentsOpen, args, argumentsClose]), result: RESULT_SUCCESS }
}

/** The list that every HTTP 200 carries: one element for each service, or one of the agent. */
export function answerList(elements: readonly RawJson[]): RawJson {
  if (elements.length === 0) return emptyList
  const pieces = [listOpen]
  for (const element of elements) {
    if (pieces.length > 1) pieces.push(separator)
    pieces.push(element)
  }
  pieces.push(listClose)
  return joinRaw(pieces)
}

/** A name that came from a client, in single quotes and cut to a length that a person can read. */
export function quoteName(name: string): string {
  return `'${name.length > maxNameLength ? `${name.slice(0, maxNameLength)}...` : name}'`
}

const maxNameLength = 128

const argumentsOpen = rawJson('{ "arguments": ')
const argumentsClose = rawJson(`, "result": ${RESULT_SUCCESS} }`)
const emptyList = rawJson('[  ]')
const listOpen = rawJson('[ ')
const separator = rawJson(', ')
const listClose = rawJson(' ]')
