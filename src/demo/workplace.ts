// The folder for all files of a demonstration. It is removed when the process ends.

import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isSocketPathTooLong } from '../config/resolve/socket-address.ts'
import { KeagateError, systemText } from '../errors.ts'

export class Workplace {
  readonly directory: string

  private constructor(directory: string) {
    this.directory = directory
  }

  /**
   * Makes the folder, which only this user can enter. It is removed when the process ends, unless the process is
   * killed.
   * @throws KeagateError (LISTEN_FAILED) where the temporary folder of this user cannot be used
   */
  static create(): Workplace {
    const workplace = new Workplace(makeFolder())
    process.once('exit', () => workplace.remove())
    if (isSocketPathTooLong(workplace.file('dhcp4'))) {
      throw unusable(`the names of sockets in ${workplace.directory} would be too long`)
    }
    return workplace
  }

  /** The path of a file in it. */
  file(...names: readonly string[]): string {
    return path.join(this.directory, ...names)
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }
}

function makeFolder(): string {
  try {
    return mkdtempSync(path.join(os.tmpdir(), 'keagate-demo-'))
  } catch (error) {
    throw unusable(`no folder can be made in ${os.tmpdir()}: ${systemText(error)}`, error)
  }
}

function unusable(text: string, cause?: unknown): KeagateError {
  return new KeagateError('LISTEN_FAILED', text, { remedy: 'name another folder with TMPDIR=FOLDER', cause })
}
