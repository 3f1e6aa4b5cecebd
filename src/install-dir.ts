// Where the program lies: `src`, or `dist` once it is built. What is opened by name is found from here, because the
// build puts the modules into a few files at this level.

/** A folder, with a slash at its end. */
export const sourceRoot = new URL('.', import.meta.url)
