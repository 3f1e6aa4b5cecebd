// The HTTP side of the configuration: address, headers, limits.

import { isIP } from 'node:net'
import type { Sliced } from '../../in-slices.ts'
import { canonicalAddress } from '../../net/network.ts'
import { httpLimitRows, limitsOf } from '../limits.ts'
import type { Section } from '../parse/section.ts'
import { quoted } from '../schema/messages.ts'
import type { HttpHeader, HttpLimits } from '../types.ts'
import { userContextOf } from '../parse/user-context.ts'

/**
 * Kea accepts any text here and fails when it opens the port; a check of the configuration should say so.
 * @returns one spelling of each address: an IPv4-mapped one as IPv4, so that it is compared and opened as that
 */
export function resolveHost(agent: Section): string {
  const host = agent.string('http-host') ?? '127.0.0.1'
  if (isIP(host) === 6 && /^fe[89ab][^%]*$/i.test(host)) {
    const text = `http-host is ${quoted(host)}, a link-local address, which is on every network`
    agent.error('http-host', text, `add the interface: "${host}%eth0"`)
    return host
  }
  // An address with a zone has no other spelling.
  if (isIP(host) !== 0) return canonicalAddress(host) ?? host
  agent.error('http-host', `http-host is ${quoted(host)}, which is no IP address`, rightHost(host))
  return host
}

function rightHost(host: string): string {
  const inner = /^\[(.*)\]$/.exec(host)?.[1]
  if (inner !== undefined && isIP(inner) === 6) return `leave out the brackets: "${inner}"`
  if (host.toLowerCase() === 'localhost') return 'write "127.0.0.1" or "::1"'
  if (host === '' || host === '*') return 'write "0.0.0.0" or "::" for all addresses'
  return 'write an address such as "127.0.0.1", "::1", or "0.0.0.0" for all'
}

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Headers that frame an answer or run the protocol; only the agent sets them. */
const REFUSED: ReadonlySet<string> = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'www-authenticate',
])

/** Kea accepts these headers and sends its own values all the same. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['content-length', 'date'])

/** Headers added to every response. As in Kea, of equal names the last counts. */
export function* resolveHeaders(agent: Section): Sliced<HttpHeader[]> {
  const headers = new Map<string, HttpHeader>()
  for (const item of agent.sections('http-headers') ?? []) {
    yield
    const name = item.string('name')
    const value = item.string('value')
    const userContext = userContextOf(item)
    if (value !== null) checkValue(item, value)
    if (name === null || name === '' || !checkName(item, name) || value === null) continue
    const key = name.toLowerCase()
    if (headers.has(key)) {
      item.warning('KEAGATE_CONFIG_WARNING', 'name', `the header ${name} is given twice; only the last one counts`)
    }
    headers.set(key, { name, value, userContext })
  }
  return [...headers.values()]
}

/** @returns whether the header is to be sent */
function checkName(item: Section, name: string): boolean {
  const key = name.toLowerCase()
  if (!TOKEN.test(name)) {
    const text = `${quoted(name)} cannot be the name of a header`
    item.error('name', text, "use letters, digits and any of !#$%&'*+-.^_`|~")
    return false
  }
  if (REFUSED.has(key)) {
    item.error('name', `the header ${name} is part of the protocol and set by the agent alone`, 'remove it')
    return false
  }
  if (WITHOUT_EFFECT.has(key)) {
    const text = `the header ${name} has no effect: the agent sets it itself`
    item.warning('KEAGATE_CONFIG_WARNING', 'name', text, 'remove it')
    return false
  }
  return true
}

function checkValue(item: Section, value: string): void {
  if (!/[\u0000-\u001f\u007f]/.test(value)) return
  item.error('value', 'value holds a control character, such as a line end or a tab', 'write the value in one line')
}

/** Limits of the HTTP side, in milliseconds and bytes. */
export function resolveHttpLimits(agent: Section): HttpLimits {
  const section = agent.section('http-limits')
  const limits = limitsOf(httpLimitRows, (keyword) => section?.integer(keyword) ?? null)
  if (section !== null && limits.headTimeout > limits.requestTimeout) {
    const head = limits.headTimeout / 1000
    const request = limits.requestTimeout / 1000
    section.error(
      section.has('head-timeout-seconds') ? 'head-timeout-seconds' : 'request-timeout-seconds',
      `head-timeout-seconds, ${head}, is longer than request-timeout-seconds, ${request}`,
      'the head is part of the request: lower the one or raise the other',
    )
  }
  return limits
}
