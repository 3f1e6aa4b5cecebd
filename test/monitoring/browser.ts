// A headless Chromium, driven over a pipe by its own protocol: one page at a time, in any width and either colour
// scheme.

import { spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import type { Owner } from '../support/child.ts'
import { temporaryDirectory } from '../support/program.ts'

export interface View {
  readonly width: number
  readonly scheme: 'light' | 'dark'
}

export interface Browser {
  /** Opens a page as it would look. */
  open(url: string, view: View): Promise<void>
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>
  /** A PNG of the whole page. */
  screenshot(): Promise<Buffer>
  /** What the browser complained about, such as a violated content security policy. */
  readonly complaints: readonly string[]
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

/** Asks nobody but the page's own server. */
const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--hide-scrollbars', '--remote-debugging-pipe',
]

/** Milliseconds until the browser is given up. */
const patience = 60_000

export async function startBrowser(owner: Owner, executable: string): Promise<Browser> {
  const child = spawn(executable, [...flags, `--user-data-dir=${temporaryDirectory(owner)}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  owner.teardown(async () => {
    // All of its processes: those beside the first would go on writing to the profile that is removed next.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
    await ended
  })
  // Opened as pipes above.
  const [input, output] = [child.stdio[3] as Duplex, child.stdio[4] as Duplex]
  const waiting = new Map<number, (message: Message) => void>()
  const events = new Map<string, () => void>()
  const complaints: string[] = []
  let received = ''
  output.setEncoding('utf8').on('data', (text: string) => {
    const parts = (received + text).split('\0')
    received = parts.pop() ?? ''
    for (const part of parts) take(JSON.parse(part) as Message)
  })
  const take = (message: Message): void => {
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    else if (message.method === 'Log.entryAdded') complaints.push(JSON.stringify(message.params))
    else events.get(message.method ?? '')?.()
  }
  let count = 0
  /** Empty until there is a page to talk to. */
  const session: { sessionId?: unknown } = {}
  const send = (
    method: string,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<Readonly<Record<string, unknown>>> => {
    const id = ++count
    return Promise.race([
      new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
        waiting.set(id, ({ result, error }) =>
          error === undefined ? resolve(result ?? {}) : reject(new Error(`${method}: ${error.message}`)),
        )
        input.write(`${JSON.stringify({ id, method, params, ...session })}\0`)
      }),
      setTimeout(patience, undefined, { ref: false }).then(() => {
        throw new Error(`${method}: no answer from ${executable}`)
      }),
    ])
  }
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' })
  const attached = await send('Target.attachToTarget', { targetId, flatten: true })
  session.sessionId = attached['sessionId']
  for (const domain of ['Page', 'Log', 'Runtime']) await send(`${domain}.enable`)
  return {
    complaints,
    open: async (url, { width, scheme }) => {
      await send('Emulation.setDeviceMetricsOverride', { width, height: 800, deviceScaleFactor: 1, mobile: width < 600 })
      await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
      const loaded = new Promise<void>((resolve) => events.set('Page.loadEventFired', resolve))
      await send('Page.navigate', { url })
      await loaded
    },
    evaluate: async (expression) => {
      const { result } = await send('Runtime.evaluate', { expression, returnByValue: true })
      return (result as { readonly value?: unknown }).value
    },
    screenshot: async () => {
      const { data } = await send('Page.captureScreenshot', { captureBeyondViewport: true })
      return Buffer.from(String(data), 'base64')
    },
  }
}
