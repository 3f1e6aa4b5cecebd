#!/usr/bin/env bash
# Makes the folder that stands for the official Node image where none can be downloaded: a Debian that debootstrap
# unpacked but did not set up, without what slim images leave out, with Node.js and npm from their packages and a user
# `node`. Some 250 MB, outside the repository; one that is complete is used again. Ends with 1, and the reason as its
# last line, where it cannot be made.
set -uo pipefail
folder=${KEAGATE_BASE_ROOT:-/var/tmp/keagate-base}
suite=bookworm
node=26
seconds=300

what='the container'
# shellcheck source=.ci/debian-folder.sh
. "${BASH_SOURCE[0]%/*}/debian-folder.sh"

root=$folder/root
if [ -e "$folder/complete" ]; then
  [ "$(chroot "$root" node --version)" = "$(cat "$folder/complete")" ] || give_up "the Node.js in $root does not run; remove $folder to have it made again"
  printf 'Node.js %s on Debian in %s, made before\n' "$(cat "$folder/complete")" "$root"
  exit 0
fi

begin_folder
# Unpacked is enough for Node.js and half the time of a Debian that is set up.
timeout "$seconds" debootstrap --foreign --variant=minbase --include=libatomic1 "$suite" "$root" "$mirror" >"$log" 2>&1 ||
  failed "debootstrap failed with status $?"
for package in "$root"/var/cache/apt/archives/libatomic1_*.deb; do
  dpkg-deb -x "$package" "$root" >>"$log" 2>&1 || failed "$package cannot be unpacked"
done
mkdir "$folder/npm" && printf '{}' >"$folder/npm/package.json"
npm install --prefix "$folder/npm" "node@$node" npm >"$log" 2>&1 || failed "npm does not install Node.js $node"

rm -rf "$root"/debootstrap "$root"/var/cache/apt "$root"/var/lib/apt/lists "$root"/usr/share/{doc,info,locale,man}
# Inside a container debootstrap leaves a link to the host's.
[ -L "$root/proc" ] && rm "$root/proc" && mkdir "$root/proc"
printf '%s\n' root:x:0:0:root:/root:/bin/sh node:x:1000:1000::/home/node:/bin/sh >"$root/etc/passwd"
printf '%s\n' root:x:0: node:x:1000: >"$root/etc/group"
mkdir -p "$root/etc/ssl/certs" "$root/usr/local/bin" "$root/usr/local/lib/node_modules"
# npm has to trust what it trusts here.
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null
mv "$folder/npm/node_modules/node/bin/node" "$root/usr/local/bin/node" &&
  mv "$folder/npm/node_modules/npm" "$root/usr/local/lib/node_modules/npm" &&
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm" && rm -r "$folder/npm" ||
  give_up "Node.js or npm are not where they should be in $folder/npm"
version=$(chroot "$root" node --version) || give_up "the Node.js in $root does not run"
printf '%s\n' "$version" >"$folder/complete"
printf 'Node.js %s on Debian in %s, %s, made in %s s\n' "$version" "$root" "$(du -sh "$root" | cut -f 1)" "$SECONDS"
