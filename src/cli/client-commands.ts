// The sub-commands that are clients. Built apart from the rest of the program: see esbuild.config.mjs.

export { askCommand } from './ask-command.ts'
