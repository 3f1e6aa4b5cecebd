// How much may go between the agent and the process of a handler module. docs/limits.md has the limits for operators.

/** Bytes of JSON: the arguments of a command that a module is given, or that it asks daemons with. */
export const maxArguments = 4 * 1024 * 1024

/** Bytes of JSON: one answer of a module, or all answers of the daemons to one question of a module. */
export const maxAnswer = 4 * 1024 * 1024

/** Bytes of a message without its payload: names and caller of a command, the commands that a module registers. */
export const maxHeader = 256 * 1024

/** Characters of a reason or a log line; of a printed line, bytes. */
export const maxText = 2000

/** Lines that one module may log and print in `lineInterval` milliseconds. */
export const maxLines = 1000
export const lineInterval = 500

/** Questions to daemons under way at once, for each module. */
export const maxQuestions = 256

/** Commands and events that one module has been given and has not answered. */
export const maxCalls = 4096

/** MiB of V8's heap in the process of a module. V8 ends the process that needs more. */
export const maxHeap = 256

/** MiB of memory in use by the process of a module, buffers and the program itself included. */
export const maxResident = 768
