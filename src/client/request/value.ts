// Reads one value, as JSON if it is JSON, else as text; and a whole map from a text or a file.

import { parseJson } from '../../json/text/parser.ts'
import { nodeToPrintable, printCompact } from '../../json/text/print.ts'
import { textSource } from '../../json/text/source.ts'
import { Scanner } from '../../json/scan/scanner.ts'
import { clientUsage } from '../error.ts'

/**
 * `1`, `-2.5`, `true`, `null`, `"1"`, `[ 1 ]` and `{ "a": 1 }` are JSON (RFC 8259); `192.0.2.1`, `007`, `01:02:03` and
 * `a name` are not, and become strings. @returns JSON text
 */
export function readValue(text: string): string {
  const trimmed = text.trim()
  return isJson(trimmed) ? trimmed : JSON.stringify(text)
}

const scalar = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/

function isJson(text: string): boolean {
  if (scalar.test(text)) return true
  if (text.startsWith('"')) return isJson(`[${text}]`)
  if (!text.startsWith('{') && !text.startsWith('[')) return false
  const scanner = new Scanner('command')
  scanner.push(Buffer.from(text))
  return scanner.finish() === 'done'
}

/**
 * Checks the text of a JSON map, and returns it unchanged. If it has comments, as Kea's configuration files do, it is
 * read as Kea reads these files, and printed without the comments.
 * @param name for the message
 * @throws {KeagateError} CLIENT_USAGE
 */
export function checkedMap(name: string, text: string): string {
  const whole = text.replace(/^\ufeff/, '')
  const { root, errors } = parseJson(whole, { dialect: 'command' })
  if (root !== null && errors.length === 0) {
    if (root.kind !== 'map') throw noMap(name)
    return whole.trim()
  }
  const asFile = parseJson(whole, { dialect: 'file' })
  if (asFile.root !== null && asFile.errors.length === 0) {
    if (asFile.root.kind !== 'map') throw noMap(name)
    return printCompact(nodeToPrintable(asFile.root))
  }
  const [first] = asFile.errors
  const { line, column } = textSource(name, whole).locate(first?.offset ?? 0)
  throw clientUsage(`${name}:${line}:${column}: ${first?.text ?? 'no JSON'}`, first?.remedy ?? undefined)
}

function noMap(name: string): Error {
  return clientUsage(`${name} holds no JSON map`, 'arguments are a map: { "KEY": VALUE }')
}
