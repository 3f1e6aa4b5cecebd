// `audit-log`: where the record of every command goes, and what happens when it cannot be written.

import type { PathRules } from './paths.ts'
import { placePath } from './paths.ts'
import { defaultMaxSize } from './loggers.ts'
import type { Section } from '../parse/section.ts'
import { quoted } from '../schema/messages.ts'
import type { AuditConfig } from '../types.ts'
import { userContextOf } from '../parse/user-context.ts'

/** null: commands are not recorded. */
export function resolveAudit(agent: Section, rules: PathRules): AuditConfig | null {
  const section = agent.section('audit-log')
  if (section === null) return null
  const output = section.string('output') ?? ''
  const placed = placePath('log-file', output, rules)
  if (!placed.ok && output !== '') section.error('output', placed.text, placed.remedy)
  if (/^(?:stdout|stderr|syslog(?::.*)?)$/.test(output)) {
    section.error('output', `audit records go to a file, and ${quoted(output)} is none`, 'name a file')
  }
  return {
    output,
    path: placed.ok ? placed.path : output,
    maxSize: section.integer('maxsize') ?? defaultMaxSize,
    maxVersions: section.integer('maxver') ?? defaultAuditVersions,
    arguments: section.boolean('arguments') ?? false,
    onFailure: section.string('on-failure') === 'continue' ? 'continue' : 'refuse',
    userContext: userContextOf(section),
  }
}

/** More than a log keeps: this is evidence. */
export const defaultAuditVersions = 10
