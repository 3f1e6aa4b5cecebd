#!/bin/bash
# Stands in for systemctl where no systemd runs: `systemctl restart UNIT` starts what the unit starts, as its user, in
# the folders that it asks for, and returns when there is a control socket. Nothing runs before the first time.
set -euo pipefail
[ "$1" = restart ] || { echo "systemctl: only restart is known here" >&2; exit 1; }
for folder in /etc/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
  if [ -e "$folder/$2.service" ]; then unit=$folder/$2.service; break; fi
done
value() { sed -nE "s/^$1=(.*)$/\1/p" "$unit" | tail -n 1; }
user=$(value User)
make() { for name in $2; do install -d -o "$user" -g "$user" -m 0750 "$1/$name"; done; }
make /run "$(value RuntimeDirectory)"
make /var/lib "$(value StateDirectory)"
make /var/log "$(value LogsDirectory)"
read -ra program <<<"$(value ExecStart)"
export KEA_LOCKFILE_DIR=/run/lock/kea
setsid setpriv --reuid="$user" --regid="$user" --init-groups "${program[@]}" >"/var/log/$2.log" 2>&1 </dev/null &
for _ in $(seq 100); do
  if compgen -G '/run/kea/*socket' >/dev/null; then exit 0; fi
  sleep 0.1
done
cat "/var/log/$2.log" >&2
exit 1
