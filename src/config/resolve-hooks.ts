// `hooks-libraries`: kept as a keyword, since configurations and clients have it, but nothing can be loaded.

import type { Section } from './section.ts'
import { quoted } from './sentence.ts'

/** Refuses every entry with the reason. */
export function refuseHooksLibraries(agent: Section): void {
  for (const entry of agent.sections('hooks-libraries') ?? []) {
    const library = entry.string('library')
    if (library === null) continue
    if (library.trim() === '') {
      entry.error('library', 'library must not be blank')
    } else if (/\.so(\.\d+)*$/.test(library)) {
      entry.error(
        'library',
        `${quoted(library)} is a compiled hook library, which only a process of Kea itself can load`,
        'load it in the configuration of the daemon it is for, and remove it here',
      )
    } else {
      const text = `${quoted(library)} cannot be loaded: this version takes no handler modules`
      entry.error('library', text, 'remove the entry')
    }
  }
}
