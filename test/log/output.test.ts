// Lines on their way to files: none lost, none torn, whatever happens to the file.

import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { LineStream, logDelay } from '../../src/log/line-stream.ts'
import type { LineTarget } from '../../src/log/line-stream.ts'
import { openLogFile } from '../../src/log/output/log-file.ts'
import { FileTarget } from '../../src/log/output/file.ts'
import type { RotationSettings } from '../../src/log/output/file.ts'
import { Outputs } from '../../src/log/output/outputs.ts'
import { plainOutput } from '../../src/log/settings.ts'

function openStream(path: string, rotation: RotationSettings = { maxSize: 0, maxVersions: 1 }) {
  const said: string[] = []
  const heard: (() => void)[] = []
  const say = (text: string): void => {
    said.push(text)
    for (const listener of heard.splice(0)) listener()
  }
  const target = new FileTarget({ path, file: openLogFile(path), rotation, cannotRotate: (reason) => say(`rotation: ${reason}`) })
  const events = {
    failing: (reason: string) => say(`failing: ${reason}`),
    restored: (lost: number) => say(`restored, ${lost} lost`),
  }
  const stream = new LineStream(target, events, logDelay(true))
  return { target, stream, said, next: () => new Promise<void>((resolve) => heard.push(resolve)) }
}

function numbers(...texts: string[]): number[] {
  return texts.join('').split('\n').slice(0, -1).map((line) => {
    const found = /^line (\d+) x*é$/.exec(line)
    if (found === null) throw new Error(`torn line: ${line}`)
    return Number(found[1])
  })
}

function line(number: number, length = number % 90): string {
  return `line ${number} ${'x'.repeat(length)}é\n`
}

function unheard(t: Test): { failing: () => void; restored: () => void } {
  const fail = (): void => void t.fail('nothing befalls the output')
  return { failing: fail, restored: fail }
}

const count = (length: number): number[] => Array.from({ length }, (_, index) => index)

t.test('rotation loses and tears no line, keeps its versions and puts the youngest first', async (t) => {
  const path = join(t.testdir({ 'a.log': '' }), 'a.log')
  const { stream, said } = openStream(path, { maxSize: 5000, maxVersions: 200 })
  for (const number of count(10_000)) {
    stream.write(line(number))
    if (number % 97 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await stream.close()
  const versions = readdirSync(t.testdirName).length - 1
  t.ok(versions > 50, `${versions} versions`)
  const texts = count(versions).map((index) => readFileSync(`${path}.${versions - index}`, 'utf8'))
  const sizes = texts.map((text) => Buffer.byteLength(text))
  t.ok(sizes.every((size) => size > 5000 && size < 5120), `just over the size: ${sizes.join()}`)
  t.same(numbers(...texts, readFileSync(path, 'utf8')), count(10_000))
  t.same(said, [])
})

t.test('the oldest version goes, the rest is continuous', async (t) => {
  const path = join(t.testdir({ 'a.log': 'x'.repeat(6000) }), 'a.log')
  const { stream } = openStream(path, { maxSize: 5000, maxVersions: 3 })
  for (const number of count(3000)) stream.write(line(number))
  await stream.close()
  t.same(readdirSync(t.testdirName).sort(), ['a.log', 'a.log.1', 'a.log.2', 'a.log.3'])
  const kept = numbers(...['.3', '.2', '.1', ''].map((end) => readFileSync(path + end, 'utf8')))
  t.same(kept, count(kept.length).map((index) => 3000 - kept.length + index))
})

t.test('a file that cannot be rotated grows on, and that is said once', async (t) => {
  const path = join(t.testdir({ 'a.log.1': { 'not-empty': '' } }), 'a.log')
  const { stream, said } = openStream(path, { maxSize: 1000, maxVersions: 1 })
  for (const number of count(500)) stream.write(line(number))
  await stream.close()
  t.same(numbers(readFileSync(path, 'utf8')), count(500))
  t.match(said, [/^rotation: EISDIR|ENOTEMPTY|ENOTDIR/])
  t.equal(said.length, 1)
})

t.test('a file that is moved away is opened anew, one that is emptied goes on at its beginning', async (t) => {
  const path = join(t.testdir({}), 'a.log')
  const { target, stream } = openStream(path)
  const written = async (text: string): Promise<void> => {
    stream.write(text)
    while (!readFileSync(path, 'utf8').endsWith(text)) await new Promise((resolve) => setImmediate(resolve))
  }
  await written(line(0))
  renameSync(path, `${path}.old`)
  target.adopt(openLogFile(path), { maxSize: 0, maxVersions: 1 })
  await written(line(1))
  t.same(numbers(readFileSync(`${path}.old`, 'utf8')), [0])
  truncateSync(path)
  await written(line(2))
  t.same(numbers(readFileSync(path, 'utf8')), [2], 'copytruncate')
  t.equal(statSync(path).mode & 0o777 & ~0o640, 0)
  await stream.close()
})

t.test('a file that is moved between its opening by a reload and the next line gets no newer lines', async (t) => {
  const path = join(t.testdir({}), 'a.log')
  const { target, stream } = openStream(path)
  stream.write(line(0))
  while (readFileSync(path, 'utf8') !== line(0)) await new Promise((resolve) => setImmediate(resolve))
  target.adopt(openLogFile(path), { maxSize: 0, maxVersions: 1 })
  renameSync(path, `${path}.1`)
  stream.write(line(1))
  await stream.close()
  t.same(numbers(readFileSync(`${path}.1`, 'utf8')), [0])
  t.same(numbers(readFileSync(path, 'utf8')), [1])
})

t.test('a folder that is gone is waited for, with all lines', async (t) => {
  const folder = join(t.testdir({ logs: {} }), 'logs')
  const path = join(folder, 'a.log')
  const { stream, said, next } = openStream(path)
  rmSync(folder, { recursive: true })
  const failing = next()
  for (const number of count(100)) stream.write(line(number))
  await failing
  t.match(said, [/^failing: ENOENT/])
  const restored = next()
  mkdirSync(folder)
  await restored
  t.same(said.slice(1), ['restored, 0 lost'])
  await stream.close()
  t.same(numbers(readFileSync(path, 'utf8')), count(100))
})

t.test('a full disk is waited for: said once, no line torn, lost lines counted', async (t) => {
  const disk = mkdtempSync(join(tmpdir(), 'keagate-disk-'))
  t.teardown(() => rmdirSync(disk))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    t.comment('NOT TESTED: no small disk can be mounted here')
    return
  }
  try {
    await overfill(t, disk)
  } finally {
    execFileSync('umount', ['-l', disk])
  }
})

async function overfill(t: Test, disk: string): Promise<void> {
  const path = join(disk, 'a.log')
  const { stream, said, next } = openStream(path)
  writeFileSync(join(disk, 'filler'), 'x'.repeat(50_000))
  const failing = next()
  for (const number of count(1000)) stream.write(line(number, 60))
  await failing
  for (let number = 1000; number < 301_000; number++) stream.write(line(number, 60))
  t.match(said, [/^failing: ENOSPC/])
  rmSync(join(disk, 'filler'))
  execFileSync('mount', ['-o', 'remount,size=64m', disk])
  await next()
  const lost = Number(/^restored, (\d+) lost$/.exec(said[1] ?? '')?.[1])
  await stream.close()
  t.ok(lost > 0)
  t.same(numbers(readFileSync(path, 'utf8')), count(301_000 - lost), 'what was kept is whole and in order')
}

t.test('what waits is bounded, and an output that takes it again starts afresh', async (t) => {
  let takes = false
  let taken = 0
  const target: LineTarget = {
    write: async (lines) => {
      if (!takes) throw new Error('closed for today')
      taken += lines.length
      return lines.length
    },
    close: async () => undefined,
  }
  const said: string[] = []
  const stream = new LineStream(target, { failing: (reason) => said.push(reason), restored: (lost) => said.push(`lost ${lost}`) }, logDelay(true))
  const long = 'x'.repeat(1024 * 1024)
  for (let i = 0; i < 20; i++) stream.write(long)
  takes = true
  await stream.close()
  t.same(said, ['it takes lines too slowly', 'lost 4'])
  t.equal(taken, 16)
})

t.test('an output that is let go while it takes nothing says how many lines it did not get', async (t) => {
  const target: LineTarget = {
    write: () => Promise.reject(new Error('no space left')),
    close: async () => undefined,
  }
  const said: string[] = []
  const stream = new LineStream(target, { failing: (reason) => said.push(reason), restored: () => t.fail('not restored') }, logDelay(true))
  for (let i = 0; i < 7; i++) stream.write('x\n')
  await stream.close()
  t.same(said, ['no space left', 'it was given up with 7 lines not written'])
})

t.test('lines that need not be flushed are written together, and all by the end', async (t) => {
  const puts: number[] = []
  const target: LineTarget = {
    write: async (lines) => {
      puts.push(lines.length)
      return lines.length
    },
    close: async () => undefined,
  }
  const stream = new LineStream(target, unheard(t), logDelay(false))
  for (let i = 0; i < 10; i++) {
    stream.write('x\n')
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.same(puts, [])
  await stream.close()
  t.same(puts, [10])
})

t.test('a line after a pause is written at once, those that follow it wait for each other', async (t) => {
  const puts: number[] = []
  let told = (): void => undefined
  const target: LineTarget = {
    write: async (lines) => {
      puts.push(lines.length)
      told()
      return lines.length
    },
    close: async () => undefined,
  }
  const next = (): Promise<void> => new Promise((resolve) => (told = resolve))
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  let timeUp = (): void => undefined
  t.intercept(performance, 'now', { value: () => 1000 })
  t.intercept(globalThis, 'setTimeout', { value: (run: () => void) => ((timeUp = run), undefined) })
  const stream = new LineStream(target, unheard(t), logDelay(true))
  stream.write('x\n')
  stream.write('x\n')
  await next()
  t.same(puts, [2], 'no timer is needed for the first ones')
  for (let i = 0; i < 10; i++) {
    await turn()
    stream.write('x\n')
  }
  t.same(puts, [2])
  timeUp()
  await next()
  t.same(puts, [2, 10])
  await turn()
  stream.write('x\n')
  await stream.close()
  t.same(puts, [2, 10, 1], 'none waits at the end')
})

t.test('one file under several names of one path has one stream, kept over a change', async (t) => {
  const path = join(t.testdir({}), 'a.log')
  const outputs = new Outputs('kea-ctrl-agent', unheard(t))
  const one = plainOutput(path)
  const other = plainOutput(join(t.testdirName, 'x', '..', 'a.log'))
  outputs.use([one, other])
  const stream = outputs.stream(one)
  t.equal(outputs.stream(other), stream)
  stream.write(line(0))
  renameSync(path, `${path}.1`)
  stream.write(line(1))
  outputs.use([one])
  t.equal(outputs.stream(one), stream)
  stream.write(line(2))
  await outputs.close()
  t.same(numbers(readFileSync(path, 'utf8')), [0, 1, 2], 'in order, in the file that has the name now')
})

t.test('a named pipe that nobody reads is refused, a device is written to', async (t) => {
  const folder = t.testdir({})
  execFileSync('mkfifo', [join(folder, 'pipe')])
  t.throws(() => openLogFile(join(folder, 'pipe')), { message: /it is a pipe without a reader/ })
  symlinkSync('/dev/null', join(folder, 'null'))
  const { stream, said } = openStream(join(folder, 'null'), { maxSize: 10, maxVersions: 1 })
  for (const number of count(100)) stream.write(line(number))
  await stream.close()
  t.same(said, [])
  t.same(readdirSync(folder).sort(), ['null', 'pipe'])
})
