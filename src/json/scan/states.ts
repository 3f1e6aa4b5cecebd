// The states of the scanner between two bytes, named by what comes next. `expectations` in errors.ts has the same
// order.

export const BEGIN = 0
export const VALUE = 1
export const ITEM = 2
export const ITEM_OR_END = 3
export const KEY = 4
export const KEY_OR_END = 5
export const COLON = 6
export const NEXT = 7
export const END = 8
// Blanks are skipped only in the states before this one.
export const STRING = 9
export const ESCAPE = 10
export const SCALAR = 11
