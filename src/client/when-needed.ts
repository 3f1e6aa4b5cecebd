// What few calls of the client need, loaded together: apart, the build would put what both share with the rest of the
// client into one more file, which each start would have to read.

export { secure } from './secure.ts'
export { runShell } from './shell/run.ts'
