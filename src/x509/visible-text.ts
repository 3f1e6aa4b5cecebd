// Makes the characters of a name visible: characters that look like a blank or like another letter, or that have no
// width, are shown by their numbers.

/**
 * All characters but ASCII and letters of European languages (U+00C0 to U+017E). Dotless i, kra, long s and the
 * ligatures among these are unclear too, because they could pass for other letters.
 */
const unclear = /[^\0-\x7f\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0130\u0134-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u017e]/
const allUnclear = new RegExp(unclear, 'g')

/** Writes unclear UTF-16 units as `\uNNNN`; a text without any is returned as it is. */
export function visibleText(text: string): string {
  if (!unclear.test(text)) return text
  return text.replaceAll(allUnclear, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
