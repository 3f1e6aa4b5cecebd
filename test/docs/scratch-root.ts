// Runs shell lines as root of this machine would, in a layer over its files that is thrown away, with processes, /run
// and a loopback address of its own. Nothing reaches the network: what npm needs is in its cache before.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { run } from '../support/child.ts'
import type { Finished } from '../support/child.ts'
import { temporaryDirectory } from '../support/program.ts'
import type { Owner } from '../support/child.ts'
import { root } from './page.ts'

/** Everything before the lines: the layer, and what is different in it. */
const enter = `
set -euo pipefail
folder=$1
mount -t tmpfs tmpfs "$folder/layer"
mkdir "$folder/layer/upper" "$folder/layer/work" "$folder/layer/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/layer/upper,workdir=$folder/layer/work" "$folder/layer/root"
mount --rbind /dev "$folder/layer/root/dev"
mount -t proc proc "$folder/layer/root/proc"
mount -t tmpfs -o mode=755 tmpfs "$folder/layer/root/run"
[ ! -e "$folder/layer/root/usr/bin/systemctl" ] || mv "$folder/layer/root/usr/bin/systemctl" "$folder/layer/root/usr/bin/systemctl.real"
cp "${path.join(import.meta.dirname, 'systemctl.sh')}" "$folder/layer/root/usr/bin/systemctl"
chmod 755 "$folder/layer/root/usr/bin/systemctl"
# What apt asks is answered as a reader would.
echo 'APT::Get::Assume-Yes "true";' >"$folder/layer/root/etc/apt/apt.conf.d/99yes"
ip link set lo up
exec chroot "$folder/layer/root" bash "$folder/lines"
`

const namespaces = ['--mount', '--pid', '--net', '--fork', '--kill-child']

/** false, or why there can be no such layer here. */
export function skipWithoutLayer(): string | false {
  if (process.getuid?.() !== 0) return 'needs root, for namespaces'
  const tried = 'd=$(mktemp -d) && mount -t tmpfs t $d && mkdir $d/u $d/w $d/r && mount -t overlay o -o lowerdir=/,upperdir=$d/u,workdir=$d/w $d/r'
  const { status } = spawnSync('unshare', [...namespaces, 'sh', '-c', `${tried} && ip link set lo up`], { stdio: 'ignore' })
  if (status === 0) return false
  console.error('# NOT TESTED: no overlay of the root file system can be made here')
  return 'no overlay of the root file system can be made here'
}

/** A copy of what a clone has, beside what `npm pack` makes of it. The packages of its lock file are in npm's cache. */
export function makeCheckout(owner: Owner): string {
  const directory = temporaryDirectory(owner)
  chmodSync(directory, 0o755)
  const checkout = path.join(directory, 'keagate')
  mkdirSync(checkout)
  const copy = `tar -C ${root} --exclude=./node_modules --exclude=./dist --exclude=./.git --exclude=./.tap -cf - . | tar -C ${checkout} -xf -`
  const fetch = 'npm ci --ignore-scripts; npm pack --pack-destination ..; rm -rf node_modules dist'
  const fetched = spawnSync('bash', ['-euo', 'pipefail', '-c', `${copy}; cd ${checkout}; ${fetch}`], {
    encoding: 'utf8', env: { ...process.env, HOME: '/root' },
  })
  if (fetched.status !== 0) throw new Error(fetched.stdout + fetched.stderr)
  return checkout
}

/** Runs lines in the checkout, in a layer of their own, as bash does with errors as the end of it. */
export async function inScratchRoot(owner: Owner, checkout: string, lines: string): Promise<Finished> {
  const folder = temporaryDirectory(owner)
  chmodSync(folder, 0o755)
  mkdirSync(path.join(folder, 'layer'))
  writeFileSync(path.join(folder, 'enter'), enter)
  writeFileSync(path.join(folder, 'lines'), `set -euo pipefail\ncd ${checkout}\n${lines}\necho '== end'\n`)
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    DEBIAN_FRONTEND: 'noninteractive',
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_loglevel: 'error',
  }
  const finished = await run('unshare', [...namespaces, 'bash', path.join(folder, 'enter'), folder], { env, timeout: 700_000 })
  if (finished.code !== 0) owner.comment(finished.stdout + finished.stderr)
  return finished
}
