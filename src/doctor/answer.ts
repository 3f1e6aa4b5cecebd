// Explains what the agent answered to `list-commands`.

import type { Finding } from './finding.ts'
import { counted, ok, problem } from './finding.ts'

/** @param text the body */
export function explainAnswer(status: number, text: string): Finding {
  return status === 200 ? explainResult(parsed(text)) : explainRefusal(status, text)
}

/**
 * Why the agent did not take a command.
 * @param status any but 200
 * @param text the body
 */
export function explainRefusal(status: number, text: string): Finding {
  const said = member(parsed(text), 'text')
  const why = typeof said === 'string' ? said : 'no answer of a Kea agent'
  switch (status) {
    case 401:
      return problem('warning', 'answer', '401: the agent asks for a user and a password', bothNeeded)
    case 403:
      return problem('error', 'answer', `403: ${why}`, 'the log of the agent says more')
    default:
      return problem('error', 'answer', `${status}: ${why}`, 'see whether the port is the right one')
  }
}

const bothNeeded = 'give the client both (curl and keagate ask: --user; doctor: in the URL)'

/** The answer to a command is a list with one map for each service, here with a single map. */
function explainResult(answer: unknown): Finding {
  const first: unknown = Array.isArray(answer) ? answer[0] : null
  const names = member(first, 'arguments')
  if (member(first, 'result') === 0 && Array.isArray(names)) {
    return ok('answer', `200; list-commands names ${counted(names.length, 'command')}`)
  }
  const text = member(first, 'text')
  if (typeof text === 'string') return problem('warning', 'answer', `200, but list-commands failed: ${text}`, 'look at the log of the agent')
  return problem('error', 'answer', '200, but what answers there is no Kea agent', 'see whether host and port in the URL are the right ones')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function member(value: unknown, name: 'result' | 'text' | 'arguments'): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}
