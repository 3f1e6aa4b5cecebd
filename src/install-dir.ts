// The folder of the program: `src`, or `dist` once it is built. Files are opened relative to it and not to their
// module, because the build puts the modules into a few files at this level.

/** A folder, with a slash at its end. */
export const sourceRoot = new URL('.', import.meta.url)
