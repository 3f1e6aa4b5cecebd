#!/usr/bin/env bash
# Makes the folder in which Kea 3 runs beside the Kea of this machine: a small Debian forky made by debootstrap, some
# 300 MB, outside the repository. A folder that is complete is used again. Ends with 1, and the reason as its last
# line, where the folder cannot be made; the tests that need it then say that they skip.
set -uo pipefail
folder=${KEAGATE_KEA3_ROOT:-/var/tmp/keagate-kea3}
suite=forky
packages=kea-dhcp4-server,kea-dhcp6-server,kea-dhcp-ddns-server,kea-ctrl-agent
seconds=300
what='Kea 3 beside Kea 2'
# shellcheck source=.ci/debian-folder.sh
. "${BASH_SOURCE[0]%/*}/debian-folder.sh"

if [ -e "$folder/complete" ]; then
  chroot "$folder" /usr/sbin/kea-dhcp4 -v >/dev/null || give_up "the Kea in $folder does not run; remove the folder to have it made again"
  printf 'Kea %s in %s, made before\n' "$(cat "$folder/complete")" "$folder"
  exit 0
fi

begin_folder
# The script is named because an older debootstrap does not know the suite.
timeout "$seconds" debootstrap --variant=minbase --include="$packages" "$suite" "$folder" "$mirror" sid >"$log" 2>&1
status=$?
[ "$status" -ne 124 ] || failed "debootstrap did not end within $seconds s"
[ "$status" -eq 0 ] || failed "debootstrap failed with status $status"
rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*
version=$(chroot "$folder" /usr/sbin/kea-dhcp4 -v) || give_up "the Kea in $folder does not run"
printf '%s\n' "$version" >"$folder/complete"
printf 'Kea %s in %s, %s, made in %s s\n' "$version" "$folder" "$(du -sh "$folder" | cut -f 1)" "$SECONDS"
