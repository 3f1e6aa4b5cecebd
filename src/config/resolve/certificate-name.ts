// Checks names of certificates in rules: warns of a name that no certificate can have, or that is not what it looks
// like.

import { isWholeName, nameKey, parseName } from '../../x509/name-text.ts'
import { visibleText } from '../../x509/visible-text.ts'
import type { Section } from '../parse/section.ts'

const unseen = /[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]/u

/** Warns of a name that no certificate has as it is written. @param key of a common name or a whole name */
export function checkCertificateName(section: Section, key: string): void {
  const name = section.string(key)
  if (name === null) return
  const shown = `"${visibleText(name)}"`
  const warn = (text: string, remedy: string): void =>
    section.warning('KEAGATE_CONFIG_WARNING', key, `no certificate has the name ${shown}: ${text}`, remedy)
  const whole = isWholeName(name)
  const parsed = whole ? parseName(name) : null
  if (typeof parsed === 'string') warn(`it ${parsed}`, 'write it as the log shows the subject of the certificate')
  else if (/^\/[A-Za-z0-9.-]+=/.test(name)) {
    warn('it is taken for a common name', 'write commas in the place of slashes, such as O=example, CN=reader')
  } else if (unseen.test(name.replaceAll(' ', '')) || (!whole && /^ | $/.test(name))) {
    const text = `the name ${shown} holds blanks or characters that are not seen, and stands for itself with all of them`
    section.warning('KEAGATE_CONFIG_WARNING', key, text, 'take them out, if the certificate does not have them')
  }
}

/** Equal for names in rules that mean the same certificates. */
export function certificateNameId(name: string): string {
  const key = isWholeName(name) ? nameKey(name) : null
  return key ?? name
}
