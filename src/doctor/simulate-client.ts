// Acts as a client of a running agent, step by step, and says which step failed and why.

import dns from 'node:dns/promises'
import http from 'node:http'
import net from 'node:net'
import tls from 'node:tls'
import type { X509Certificate } from 'node:crypto'
import { describeError } from '../errors.ts'
import { checkCertificateChain, readCertificateChain } from '../tls/files/certificate-chain.ts'
import { checkPair } from '../tls/files/credentials.ts'
import { crashingAuthorities } from '../tls/crashing-authorities.ts'
import { TlsDiagnostics } from '../tls/files/diagnostics.ts'
import { issuerName, subjectName } from '../x509/certificate-info.ts'
import { readPrivateKey } from '../tls/files/private-key.ts'
import { verificationCode } from '../tls/diagnosis/verification.ts'
import { readTrustAnchor } from '../tls/files/trust-anchor.ts'
import { sentBehind } from '../tls/server/sent-certificates.ts'
import { clientSignatures } from '../tls/client-signatures.ts'
import { TrustAnchors } from '../tls/server/trust-anchors.ts'
import { explainAnswer } from './answer.ts'
import type { Finding } from './finding.ts'
import { ok, problem, warning } from './finding.ts'
import { explainAlert } from './alert.ts'
import { explainServer } from './handshake.ts'
import { explainConnection, explainLookup, explainNoAnswer } from './unreachable.ts'

export interface ClientTask {
  /** null: the client has no certificate. */
  readonly pair: { readonly certFile: string; readonly keyFile: string } | null
  /** null: the authorities that Node.js knows. */
  readonly ca: string | null
  readonly url: URL
}

/** Milliseconds that each step may take. */
const checkTimeout = 5000

/** Characters of an answer that are kept; the rest is ignored. */
const maxText = 1_000_000

/** Resolves to the findings of all steps; the last finding is of the step at which the simulation ended. */
export async function simulateClient(task: ClientTask): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const say = (...more: readonly Finding[]): boolean => {
    findings.push(...more)
    return more.every(({ level }) => level !== 'error')
  }
  const { url } = task
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const identity = url.protocol === 'https:' ? readIdentity(task) : { findings: [], options: {}, trusted: null }
  if (!say(...identity.findings)) return findings
  try {
    const address = await resolved(host)
    say(ok('name', net.isIP(host) === 0 ? `${host} is ${address}` : `${address} is an address`))
    const socket = await connected(address, port)
    say(ok('connection', `${address} port ${port} accepts it`))
    const stream = url.protocol === 'https:' ? await secured(socket, host, identity, say) : socket
    if (stream !== null) say(await asked(stream, url))
  } catch (error) {
    say(...(error instanceof StepError ? [error.finding] : [problem('error', 'connection', describeError(error))]))
  }
  return findings
}

class StepError extends Error {
  readonly finding: Finding

  constructor(finding: Finding) {
    super(finding.text)
    this.finding = finding
  }
}

/** Reads and checks the files of the client, before the server sees any of them. */
function readIdentity({ pair, ca }: ClientTask): Identity {
  const found = new TlsDiagnostics()
  const own = pair === null ? none : readPair(pair, found)
  const trusted = ca === null ? null : readTrustAnchor(ca, found)
  found.problems.push(...crashingAuthorities(ca ?? '', trusted ?? []))
  const what = { 'cert-file': 'CERT', 'key-file': 'KEY', 'trust-anchor': 'CA' } as const
  const findings = [
    ...found.problems.map(({ keyword, text, remedy }) => {
      return problem('error', Object.hasOwn(what, keyword) ? what[keyword as keyof typeof what] : keyword, text, remedy)
    }),
    ...found.warnings.map((sentence) => warning('CERT', sentence)),
  ]
  const options = { ...own.options, ...(trusted === null ? {} : { ca: trusted.map(String) }) }
  return { findings: [...own.findings, ...findings], options, trusted }
}

interface Own {
  readonly findings: readonly Finding[]
  readonly options: tls.ConnectionOptions
}

interface Identity extends Own {
  /** What `--ca` names; null: the authorities that Node.js knows. */
  readonly trusted: readonly X509Certificate[] | null
}

const none: Own = { findings: [ok('CERT', 'none; an agent that requires one will say so')], options: {} }

function readPair(pair: NonNullable<ClientTask['pair']>, found: TlsDiagnostics): Own {
  const { certFile, keyFile } = pair
  const chain = readCertificateChain(certFile, found)
  const key = readPrivateKey(keyFile, found)
  if (chain === null) return { findings: [], options: {} }
  checkCertificateChain(certFile, chain, Date.now(), found, 'client')
  if (key !== null) checkPair(pair, chain, key, found)
  const [own] = chain
  const text = `${certFile}: ${subjectName(own)}, issued by ${issuerName(own)}, until ${own.validTo}`
  return { findings: [ok('CERT', text)], options: key === null ? {} : { cert: chain.map(String).join(''), key: key.pem } }
}

async function resolved(host: string): Promise<string> {
  try {
    return (await dns.lookup(host)).address
  } catch (error) {
    throw new StepError(explainLookup(host, error))
  }
}

function connected(address: string, port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: address, port, timeout: checkTimeout })
    const fail = (error: Error | null): void => {
      socket.destroy()
      reject(new StepError(explainConnection(`${address} port ${port}`, error)))
    }
    socket.once('timeout', () => fail(null))
    socket.once('error', fail)
    socket.once('connect', () => resolve(socket.setTimeout(0).removeAllListeners()))
  })
}

/** Resolves to null if the handshake failed. */
function secured(
  socket: net.Socket,
  host: string,
  { options, trusted }: Identity,
  say: (...more: readonly Finding[]) => boolean,
): Promise<tls.TLSSocket | null> {
  return new Promise((resolve) => {
    const name = net.isIP(host) === 0 ? { servername: host } : {}
    const secure = tls.connect({
      ...options, ...name, socket, sigalgs: clientSignatures, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'],
    })
    const timer = setTimeout(() => secure.destroy(new Error(`no end of it within ${checkTimeout / 1000} s`)), checkTimeout)
    const failed = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer)
      say(explainAlert(error))
      resolve(null)
    }
    secure.once('error', failed)
    secure.once('secureConnect', () => {
      clearTimeout(timer)
      secure.removeListener('error', failed)
      say(ok('handshake', `${secure.getProtocol() ?? ''}, ${secure.getCipher().standardName}`))
      const certificate: X509Certificate | undefined = secure.getPeerX509Certificate()
      // A client that does not trust the server would end here. The command is sent all the same.
      const code = secure.authorized ? null : verificationCode(secure)
      const top = certificate && trusted && new TrustAnchors(trusted).topOf(certificate, sentBehind(certificate))
      say(explainServer(certificate, host, code, top ?? null))
      resolve(secure)
    })
  })
}

/** Sends `list-commands` and explains the answer. */
function asked(stream: net.Socket, url: URL): Promise<Finding> {
  return new Promise((resolve) => {
    const auth = url.username === '' ? {} : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }
    const body = '{ "command": "list-commands" }'
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), Host: url.host }
    const request = http.request({ method: 'POST', path: url.pathname + url.search, headers, ...auth, createConnection: () => stream })
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${checkTimeout / 1000} s`)), checkTimeout)
    request.once('error', (error) => {
      clearTimeout(timer)
      resolve(/alert|SSL/.test(error.message) ? explainAlert(error) : explainNoAnswer(error, url))
    })
    request.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk.slice(0, maxText - text.length)))
      response.once('close', () => {
        clearTimeout(timer)
        stream.destroy()
        resolve(explainAnswer(response.statusCode ?? 0, text))
      })
    })
    request.end(body)
  })
}
