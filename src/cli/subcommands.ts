// The sub-commands that are loaded together. If each were loaded by itself, the build would put what each shares with
// the daemon into files of its own, and a start would read twice as many files.

export { accessCommand } from './access-command.ts'
export { completionCommand } from './completion-command.ts'
export { hashPasswordCommand } from './hash-password-command.ts'
export { schemaCommand } from './schema-command.ts'
export { doctorCommand } from './doctor-command.ts'
export { healthCommand } from './health-command.ts'
