// The TLS files of https control sockets: each set is read once, however many sockets name it, and read again when its
// files change.

import { realpathSync } from 'node:fs'
import type { UpstreamTlsConfig } from '../config/types.ts'
import type { Sliced } from '../in-slices.ts'
import type { ClientCredentials } from '../tls/files/client-credentials.ts'
import { clientCredentialWork } from '../tls/files/client-credentials.ts'
import { TlsError } from '../tls/files/diagnostics.ts'
import type { TlsProblem } from '../tls/files/diagnostics.ts'
import type { Expiring } from '../tls/files/expiry.ts'
import type { MeasuredUpstream } from './measured-upstream.ts'

/** A certificate authority that is in a configuration, but not trusted. */
export interface LeftOut {
  /** The absolute path of the trust-anchor that it is in. */
  readonly file: string
  readonly problem: TlsProblem
}

/** One set of files in use. */
interface FileSet {
  readonly files: UpstreamTlsConfig
  readonly services: string[]
  readonly upstreams: Set<MeasuredUpstream>
  /** What the files held when they last could be used; an error if they never could. */
  read: ClientCredentials | TlsError
}

/** A set whose files have changed, and what they hold now. */
export interface RenewedSet {
  readonly services: readonly string[]
  readonly credentials: ClientCredentials
}

export class TlsFileSets {
  readonly #sets = new Map<string, FileSet>()
  readonly #realNames = new Map<string, string>()
  readonly #problems: TlsProblem[] = []

  /** @throws TlsError with the problems of all sets that `load` found unusable */
  check(): void {
    if (this.#problems.length > 0) throw new TlsError(this.#problems)
  }

  /** The paths of all files and directories, each once. */
  get names(): readonly string[] {
    return [...new Set([...this.#sets.values()].flatMap(({ files }) => {
      return [files.trustAnchor, ...(files.pair === null ? [] : [files.pair.certFile, files.pair.keyFile])]
    }))]
  }

  get warnings(): readonly string[] {
    return [...new Set(this.#all().flatMap(({ warnings }) => warnings))]
  }

  get leftOut(): readonly LeftOut[] {
    return [...this.#sets.values()].flatMap(({ files, services, read }) => {
      if (read instanceof TlsError) return []
      return read.leftOut.map((problem) => ({ file: files.trustAnchor, problem: placed(problem, services[0] ?? '') }))
    })
  }

  /** Each certificate once. */
  get expiring(): readonly Expiring[] {
    const all = this.#all().flatMap(({ expiring }) => expiring)
    return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()]
  }

  /** @returns null where the files cannot be used; `check` reports why */
  *load(files: UpstreamTlsConfig, service: string): Sliced<ClientCredentials | null> {
    const key = this.#keyOf(files)
    const set = this.#sets.get(key) ?? { files, services: [], upstreams: new Set(), read: yield* readSet(files) }
    this.#sets.set(key, set)
    set.services.push(service)
    if (!(set.read instanceof TlsError)) return set.read
    this.#problems.push(...set.read.problems.map((problem) => placed(problem, service)))
    return null
  }

  /** Has `renew` give an upstream the new credentials when its files have changed. */
  use(files: UpstreamTlsConfig, upstream: MeasuredUpstream): void {
    this.#sets.get(this.#keyOf(files))?.upstreams.add(upstream)
  }

  /**
   * Reads all sets again. A set that cannot be used stays as it was, and the others are taken nevertheless.
   * @param onRenewed called for each changed set, once its new credentials are in force
   * @throws TlsError with the problems of all sets that cannot be used
   */
  *renew(onRenewed: (renewed: RenewedSet) => void): Sliced<void> {
    const problems: TlsProblem[] = []
    for (const set of this.#sets.values()) {
      const found = yield* readSet(set.files)
      if (found instanceof TlsError) {
        problems.push(...found.problems)
        continue
      }
      if (!(set.read instanceof TlsError) && set.read.digest === found.digest) continue
      set.read = found
      for (const upstream of set.upstreams) upstream.renewCredentials(found)
      onRenewed({ services: set.services, credentials: found })
    }
    if (problems.length > 0) throw new TlsError(problems)
  }

  #all(): ClientCredentials[] {
    return [...this.#sets.values()].flatMap(({ read }) => (read instanceof TlsError ? [] : [read]))
  }

  #keyOf({ trustAnchor, pair }: UpstreamTlsConfig): string {
    return JSON.stringify([trustAnchor, pair?.certFile ?? '', pair?.keyFile ?? ''].map((file) => this.#realName(file)))
  }

  /** The path of a file without symbolic links and `..`; as it is written where it cannot be resolved. */
  #realName(file: string): string {
    const known = this.#realNames.get(file) ?? realName(file)
    this.#realNames.set(file, known)
    return known
  }
}

function placed(problem: TlsProblem, service: string): TlsProblem {
  return { ...problem, section: `/Control-agent/control-sockets/${service}` }
}

function* readSet(files: UpstreamTlsConfig): Sliced<ClientCredentials | TlsError> {
  try {
    return yield* clientCredentialWork(files)
  } catch (error) {
    if (error instanceof TlsError) return error
    throw error
  }
}

function realName(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}
