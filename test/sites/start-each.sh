#!/bin/bash
# Tries each configuration of a folder with an agent: -t, then a start, in an /etc/kea, a /run and a /var/log of its own and a
# network without anyone else, so that every path and port can be as it was written. One line each: NAME check=OUTCOME
# start=OUTCOME, where the outcome is ok or refused.
#   start-each.sh ROOT FOLDER FILES PROGRAM...
# ROOT is where the agent sees the root folder, FILES holds what goes to /etc/kea. Run by unshare, as the first process.
set -uo pipefail
root=$1 folder=$2 files=$3; shift 3
ip link set lo up
ip address add 192.0.2.10/32 dev lo
inside=${root%/}
mount -t tmpfs tmpfs /dev/shm
for place in /etc/kea /run /var/log; do mount -t tmpfs -o mode=755 tmpfs "$inside$place"; done
mkdir -p -m 0750 "$inside/run/kea" "$inside/var/log/kea"
mkdir -p "$inside/run/lock/kea"
cp -r "$files"/. "$inside/etc/kea/"
export KEA_LOCKFILE_DIR=none
# Nothing ever comes there: to wait without another process.
exec 9<> <(:)
agent=("$@")
[ -z "$inside" ] || agent=(chroot "$inside" "$@")

for site in "$folder"/*.conf; do
  name=$(basename "$site" .conf)
  cp "$site" "$inside/etc/kea/kea-ctrl-agent.conf"
  timeout 60 "${agent[@]}" -t /etc/kea/kea-ctrl-agent.conf >/dev/shm/check 2>&1 &
  checking=$!
  "${agent[@]}" -c /etc/kea/kea-ctrl-agent.conf >/dev/shm/start 2>&1 &
  pid=$!
  start=silent
  for _ in $(seq 600); do
    # A socket that listens.
    if [[ $(</proc/net/tcp)$(</proc/net/tcp6) == *' 0A '* ]]; then start=ok; break; fi
    if ! kill -0 "$pid" 2>/dev/null; then start=refused; break; fi
    read -rt 0.1 -u 9 || true
  done
  kill "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
  if wait "$checking"; then check=ok; else check=refused; fi
  echo "$name check=$check start=$start"
  if [ -n "${SITES_VERBOSE:-}" ]; then tail -n 3 /dev/shm/check /dev/shm/start >&2; fi
done
