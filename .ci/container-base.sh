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

give_up() { printf 'NOT TESTED: the container: %s\n' "$1"; exit 1; }

exec 9>"$folder.lock" && flock -w "$seconds" 9 || give_up "$folder.lock is held by another run"
root=$folder/root
if [ -e "$folder/complete" ]; then
  [ "$(chroot "$root" node --version)" = "$(cat "$folder/complete")" ] || give_up "the Node.js in $root does not run; remove $folder to have it made again"
  printf 'Node.js %s on Debian in %s, made before\n' "$(cat "$folder/complete")" "$root"
  exit 0
fi

[ "$(id -u)" -eq 0 ] || give_up "only root can make a Debian in $root"
command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >/dev/null 2>&1 ||
  give_up "debootstrap is not installed and cannot be"
# The mirror is the one that this machine's own packages come from.
mirror=$(sed -nE 's/^URIs:[[:space:]]*([^[:space:]]+).*/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1)
[ -n "$mirror" ] || mirror=$(sed -nE 's/^deb (\[[^]]*\] )?([^[:space:]]+).*/\2/p' /etc/apt/sources.list 2>/dev/null | head -n 1)
[ -n "$mirror" ] || give_up "no mirror is named in /etc/apt/sources.list.d"

# What a run that was ended left behind is no start to build on; anything else is not ours to remove.
[ ! -e "$folder" ] || [ -e "$folder/keagate" ] || rmdir "$folder" 2>/dev/null || give_up "$folder exists and is not empty"
rm -rf --one-file-system "$folder" && mkdir -p "$folder/npm" && touch "$folder/keagate" || give_up "$folder cannot be made anew"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed() { tail -n 20 "$log"; give_up "$1"; }

# Unpacked is enough for Node.js and half the time of a Debian that is set up.
timeout "$seconds" debootstrap --foreign --variant=minbase --include=libatomic1 "$suite" "$root" "$mirror" >"$log" 2>&1 ||
  failed "debootstrap failed with status $?"
for package in "$root"/var/cache/apt/archives/libatomic1_*.deb; do
  dpkg-deb -x "$package" "$root" >>"$log" 2>&1 || failed "$package cannot be unpacked"
done
printf '{}' >"$folder/npm/package.json"
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
