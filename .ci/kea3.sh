#!/usr/bin/env bash
# Makes the folder in which Kea 3 runs beside the Kea of this machine: a small Debian forky made by debootstrap, some
# 300 MB, outside the repository. A folder that is complete is used again. Ends with 1, and the reason as its last
# line, where the folder cannot be made; the tests that need it then say that they skip.
set -uo pipefail
root=${KEAGATE_KEA3_ROOT:-/var/tmp/keagate-kea3}
suite=forky
packages=kea-dhcp4-server,kea-dhcp6-server,kea-dhcp-ddns-server,kea-ctrl-agent
seconds=300

give_up() { printf 'NOT TESTED: Kea 3 beside Kea 2: %s\n' "$1"; exit 1; }

# One at a time; who comes second finds it made.
exec 9>"$root.lock" && flock -w "$seconds" 9 || give_up "$root.lock is held by another run"
if [ -e "$root/complete" ]; then
  chroot "$root" /usr/sbin/kea-dhcp4 -v >/dev/null || give_up "the Kea in $root does not run; remove the folder to have it made again"
  printf 'Kea %s in %s, made before\n' "$(cat "$root/complete")" "$root"
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
[ ! -e "$root" ] || [ -e "$root/keagate" ] || rmdir "$root" 2>/dev/null || give_up "$root exists and is not empty"
rm -rf --one-file-system "$root" && mkdir -p "$root" && touch "$root/keagate" || give_up "$root cannot be made anew"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The script is named because an older debootstrap does not know the suite.
timeout "$seconds" debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$mirror" sid >"$log" 2>&1
status=$?
if [ "$status" -ne 0 ]; then
  tail -n 20 "$log"
  [ "$status" -eq 124 ] && give_up "debootstrap did not end within $seconds s"
  give_up "debootstrap failed with status $status"
fi
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
version=$(chroot "$root" /usr/sbin/kea-dhcp4 -v) || give_up "the Kea in $root does not run"
printf '%s\n' "$version" >"$root/complete"
printf 'Kea %s in %s, %s, made in %s s\n' "$version" "$root" "$(du -sh "$root" | cut -f 1)" "$SECONDS"
