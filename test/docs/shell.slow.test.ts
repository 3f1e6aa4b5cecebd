// The shell blocks of the pages are run as a reader would paste them, one after the other into one terminal: in a layer
// over this machine that is thrown away, over a copy of the checkout, with the real Kea, npm, apt and dpkg.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { skipWithout } from '../kea/installed.ts'
import type { Finished } from '../support/child.ts'
import type { Block } from './page.ts'
import { blocksOf, root } from './page.ts'
import { inScratchRoot, makeCheckout, skipWithoutLayer } from './scratch-root.ts'

// Two build a package from the lock file on, which takes its time on a busy machine.
t.setTimeout(1_500_000)

const skip = skipWithoutLayer() || skipWithout('kea-dhcp4', 'curl', 'dpkg-deb')
const checkout = skip === false ? makeCheckout(t) : ''
const readme = shellBlocks('README.md')
const npmWay = section('docs/installing.md', '## npm')
const systemdWay = section('docs/installing.md', '## systemd')

function shellBlocks(page: string): Block[] {
  return blocksOf(page).filter(({ language }) => language === 'sh')
}

/** The blocks of one section of a page. */
function section(page: string, heading: string): Block[] {
  const lines = readFileSync(path.join(root, page), 'utf8').split('\n')
  const first = lines.indexOf(heading) + 1
  const length = lines.slice(first).findIndex((line) => line.startsWith('## '))
  const last = length < 0 ? Infinity : first + length
  return shellBlocks(page).filter(({ place }) => {
    const line = Number(place.split(':')[1])
    return line > first && line <= last
  })
}

const makesPackage = /^npm ci && npm pack(?: && |\n)/m

/** The blocks with the package at hand that one of them makes: making it for each page would take minutes. */
function packed(blocks: readonly Block[]): Block[] {
  if (blocks.filter(({ text }) => makesPackage.test(text)).length !== 1) throw new Error('no block makes the package as expected')
  return blocks.map((block) => ({ ...block, text: block.text.replace(makesPackage, 'cp ../keagate-*.tgz .\n') }))
}

/** Runs blocks; lines of our own before, between and behind them look at what they have made. */
async function paste(t: Test, parts: readonly (Block | string)[]): Promise<Finished> {
  const lines = parts.map((part) => (typeof part === 'string' ? part : `echo '== ${part.place}'\n${part.text}`))
  const finished = await inScratchRoot(t, checkout, lines.join('\n'))
  t.equal(finished.code, 0)
  for (const part of parts) if (typeof part !== 'string') t.ok(finished.stdout.includes(`== ${part.place}\n`), part.place)
  t.match(finished.stdout, /^== end$/m)
  return finished
}

t.test('the first block of the README is what .ci/run runs in a clean checkout', async (t) => {
  t.match(readme[0]?.text, /^npm ci && npm start .*\nnpm ci && npm test .*\n$/)
  const steps = readFileSync(path.join(root, '.ci/run'), 'utf8')
  for (const command of ['npm ci', 'npm start', 'npm test']) t.ok(steps.includes(command), command)
})

t.test('README: the first answer is what it says', { skip }, async (t) => {
  const [, npm, deb, image, first, ...more] = readme
  t.equal(more.length, 0)
  t.equal(npm?.text, npmWay[0]?.text.replace('keagate -v\n', ''), 'as on the page about installing')
  t.equal(deb?.text, section('docs/installing.md', '## Debian package')[0]?.text, 'as on the page about installing')
  const containers = readFileSync(path.join(root, 'docs/containers.md'), 'utf8')
  for (const line of image?.text.trim().split('\n') ?? []) t.ok(containers.includes(line), line)
  const { stdout } = await paste(t, packed([...present(npm), ...present(first)]))
  for (const line of answersOf('README.md')) t.match(stdout, line)
})

t.test('the first lease is answered as the page says, and nothing is left behind', { skip }, async (t) => {
  const blocks = shellBlocks('docs/first-lease.md')
  const state = 'find /etc/kea /usr/lib/node_modules /usr/bin | sort; cat /etc/kea/*.conf'
  const { stdout } = await paste(t, [
    `(${state}) >/run/before`,
    ...packed(blocks.slice(0, 3)),
    'ps -o user= -p "$keagate,$dhcp4"',
    ...blocks.slice(3),
    `(${state}) >/run/after; diff /run/before /run/after`,
  ])
  const expected = answersOf('docs/first-lease.md')
  t.equal(expected.length, 2)
  for (const line of expected) t.match(stdout, line)
  t.match(stdout, /^_kea\n_kea$/m, 'not as root')
})

t.test('installing: npm, with the unit, the timer and the way back', { skip }, async (t) => {
  const [unit, timer, undo, ...more] = systemdWay
  t.same([npmWay.length, more.length], [1, 0])
  const { stdout } = await paste(t, [
    '[ "$(npm prefix -g)" = /usr ]',
    ...npmWay,
    ...present(unit),
    'for line in $(sed -n "s/^ExecStart=//p" /etc/systemd/system/keagate.service); do echo "program $(ls "$line")"; break; done',
    'cat /run/kea/*.pid >/dev/null; ps -o user=,args= -p "$(cat /run/kea/kea-ctrl-agent.kea-ctrl-agent.pid)"',
    'keagate certs init /etc/kea/tls >/dev/null',
    ...present(timer),
    'systemctl start keagate-certs-renew.service',
    ...present(undo),
    'ls /etc/systemd/system/keagate* /usr/bin/keagate 2>&1 || true',
  ])
  t.match(stdout, /^program \/usr\/bin\/kea-ctrl-agent$/m)
  t.match(stdout, /^_kea +\S*node \/usr\/bin\/kea-ctrl-agent -c \/etc\/kea\/kea-ctrl-agent\.conf$/m)
  t.match(stdout, /^crl\.pem +good until/m, 'renewed')
  t.match(stdout, /cannot access '\/usr\/bin\/keagate'/)
})

t.test('installing: the Debian package', { skip }, async (t) => {
  const [build, ask, ...more] = section('docs/installing.md', '## Debian package')
  t.equal(more.length, 0)
  const { stdout } = await paste(t, [
    'rm -f /etc/kea/kea-ctrl-agent.conf',
    ...present(build),
    'systemctl start keagate',
    ...present(ask),
  ])
  t.match(stdout, /"list-commands".*"result": 0/)
})

t.test('migration', { skip }, async (t) => {
  const { stdout } = await paste(t, [
    ...packed(shellBlocks('docs/migration.md')),
    'du -sm /opt/keagate; ls -a /opt/keagate',
    'ps -o user=,args= -p "$(cat /run/kea/kea-ctrl-agent.kea-ctrl-agent.pid)"',
  ])
  t.match(stdout, /^_kea +\S*node \/usr\/local\/bin\/kea-ctrl-agent -c /m)
  t.ok(Number(/^(\d+)\t\/opt\/keagate$/m.exec(stdout)?.[1] ?? 'NaN') < 20, 'megabytes')
  t.notMatch(stdout, /^(?:\.git|node_modules|src)$/m)
})

t.test('tls', { skip }, async (t) => {
  const text = blocksOf('docs/tls.md').find(({ text }) => text.includes('<?include'))?.text ?? ''
  const { stdout } = await paste(t, [
    ...packed(npmWay),
    'echo some-password >/root/p12-password; install -d -o _kea /run/kea',
    ...shellBlocks('docs/tls.md'),
    'ss -ltnH | sed "s/^/listening /"',
    `cat >/tmp/site.conf <<'EOF'\n${text}EOF\nkeagate -t /tmp/site.conf`,
  ])
  t.match(stdout, /"list-commands".*"result": 0/, 'the answer')
  t.match(stdout, /^listening .* 0\.0\.0\.0:8000 /m)
})

t.test('daemons has none', async (t) => {
  t.same(shellBlocks('docs/daemons.md'), [])
})

/** The lines that a page says are printed; `...` in them stands for anything. */
function answersOf(page: string): RegExp[] {
  const answer = blocksOf(page).find(({ language }) => language === 'text answer')?.text ?? ''
  return answer.trim().split('\n').map((line) => {
    const parts = line.split('...').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    return new RegExp(`^${parts.join('.*')}$`, 'm')
  })
}

function present(block: Block | undefined): Block[] {
  if (block === undefined) throw new Error('the page has less blocks than it had')
  return [block]
}
