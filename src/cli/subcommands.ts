// The sub-commands that are loaded together. One by one, each would make the build split what it shares with the
// daemon, and a start would read twice as many files.

export { accessCommand } from './access-command.ts'
export { completionCommand } from './completion-command.ts'
export { hashPasswordCommand } from './hash-password-command.ts'
export { schemaCommand } from './schema-command.ts'
export { doctorCommand } from './doctor-command.ts'
export { healthCommand } from './health-command.ts'
