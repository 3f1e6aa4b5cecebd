// The shell blocks of the README are run, one after the other, as a reader would paste them into one terminal: in a
// mount and process namespace of its own, over a copy of the checkout, with the real Kea.

import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { run } from '../support/child.ts'
import { skipWithout } from '../kea/installed.ts'
import { temporaryDirectory } from '../support/program.ts'
import { blocksOf, root } from './page.ts'

/** Folders of the machine that a block may write to; each is empty at first, and gone with the namespace. */
const own = ['/etc/kea', '/run/kea', '/run/lock', '/var/lib/kea', '/var/log']

t.setTimeout(300_000)

const blocks = blocksOf('README.md').filter(({ language }) => language === 'sh')
const notRoot = process.getuid?.() === 0 ? false : 'needs root, for a mount namespace'

t.test('its first block is what .ci/run runs in a clean checkout', async (t) => {
  t.match(blocks[0]?.text, /^npm ci && npm start .*\nnpm ci && npm test .*\n$/)
  const steps = readFileSync(path.join(root, '.ci/run'), 'utf8')
  for (const command of ['npm ci', 'npm start', 'npm test']) t.ok(steps.includes(command), command)
})

t.test('every other block runs', { skip: notRoot || skipWithout('kea-dhcp4', 'curl') }, async (t) => {
  const directory = temporaryDirectory(t)
  const checkout = path.join(directory, 'keagate')
  const bin = path.join(directory, 'bin')
  for (const folder of [bin, checkout]) mkdirSync(folder)
  copyFileSync(path.join(import.meta.dirname, 'systemctl.sh'), path.join(bin, 'systemctl'))
  chmodSync(path.join(bin, 'systemctl'), 0o755)
  const script = path.join(directory, 'script')
  writeFileSync(script, [
    'set -euo pipefail',
    ...own.map((folder) => `mkdir -p ${folder} && mount -t tmpfs -o mode=755 tmpfs ${folder}`),
    `tar -C ${root} --exclude=./node_modules --exclude=./dist --exclude=./.git -cf - . | tar -C ${checkout} -xf -`,
    `cd ${checkout}`,
    ...blocks.slice(1).map(({ place, text }) => `echo '== ${place}'\n${text}`),
    `echo '== end'`,
    '',
  ].join('\n'))
  const env = {
    PATH: `${bin}:${path.join(directory, 'prefix/bin')}:${process.env['PATH'] ?? ''}`,
    npm_config_prefix: path.join(directory, 'prefix'),
    DEBIAN_FRONTEND: 'noninteractive',
  }
  const namespace = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  // It installs and builds the whole program.
  const { code, stdout, stderr } = await run('unshare', [...namespace, 'bash', script], { env, timeout: 280_000 })
  t.equal(code, 0)
  if (code !== 0) t.comment(stdout + stderr)
  for (const { place } of blocks.slice(1)) t.ok(stdout.includes(`== ${place}\n`), place)
  // The agent, in the background, may have a line to log behind it.
  t.match(stdout, /== end$/m)
  t.match(stdout, /"ip-address": "192\.0\.2\.20".*"text": "1 IPv4 lease\(s\) found\."/, 'the lease, over mutual TLS')
})
