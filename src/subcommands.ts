// The sub-commands that are loaded together. One by one, each would make the build split what it shares with the daemon,
// and a start would read twice as many files.

export { accessCommand } from './access-command.ts'
export { hashPasswordCommand } from './auth/hash-password-command.ts'
export { schemaCommand } from './config/schema-command.ts'
export { doctorCommand } from './doctor/doctor-command.ts'
export { healthCommand } from './health/health-command.ts'
