// Text that is safe in a page: what is put into a template is escaped unless it was made by a template itself.

import { escapeForLog } from '../log/escape.ts'

/** A piece of a page. */
export class Html {
  readonly text: string

  /** @param text HTML of this program, never text from anywhere else */
  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | readonly Html[]

/** Tag of a template. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((string, index) => string + shown(parts[index] ?? '')).join(''))
}

function shown(part: Part): string {
  if (part instanceof Html) return part.text
  return typeof part === 'object' ? part.map(({ text }) => text).join('') : escapeHtml(String(part))
}

/**
 * For elements and quoted attributes. Control characters, which HTML does not allow, and characters that deceive are
 * made visible.
 */
function escapeHtml(text: string): string {
  return escapeForLog(text, Infinity)
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;',
}
