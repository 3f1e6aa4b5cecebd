#!/bin/bash
# Stands in for systemctl where no systemd runs. Starting a unit starts its ExecStart, as its user, in the folders that it
# asks for, and returns when it serves; of a unit of Type=oneshot, when it has ended. Nothing runs before the first time.
set -euo pipefail
records=/run/stand-in
mkdir -p "$records"

file_of() {
  for folder in /etc/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
    if [ -e "$folder/$1" ]; then echo "$folder/$1"; return; fi
  done
  echo "systemctl: there is no unit $1" >&2
  return 1
}

start() {
  local file user program pid
  file=$(file_of "$1")
  case $1 in *.timer) return ;; esac
  value() { sed -nE "s/^$1=(.*)$/\1/p" "$file"; }
  user=$(value User)
  make() { for name in $2; do install -d -o "${user:-root}" -g "${user:-root}" -m 0750 "$1/$name"; done; }
  make /run "$(value RuntimeDirectory)"
  make /var/lib "$(value StateDirectory)"
  make /var/log "$(value LogsDirectory)"
  while read -r assignment; do eval "export $assignment"; done < <(value Environment)
  for extra in $(value EnvironmentFile); do
    if [ -e "${extra#-}" ]; then set -a; . "${extra#-}"; set +a; fi
  done
  eval "program=($(value ExecStart | tail -n 1))"
  [ "$(value Type)" != oneshot ] || { "${program[@]}"; return; }
  setsid setpriv --reuid="${user:-root}" --regid="${user:-root}" --init-groups "${program[@]}" \
    >"/var/log/$1.log" 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$records/$1"
  for _ in $(seq 300); do
    kill -0 "$pid" 2>/dev/null || break
    if serves "$1"; then return; fi
    sleep 0.1
  done
  cat "/var/log/$1.log" >&2
  return 1
}

serves() {
  case $1 in
    kea-dhcp*) compgen -G '/run/kea/*socket' >/dev/null ;;
    *) (exec 3<>/dev/tcp/127.0.0.1/8000) 2>/dev/null ;;
  esac
}

stop() {
  local pid
  [ -e "$records/$1" ] || return 0
  pid=$(cat "$records/$1")
  rm "$records/$1"
  kill "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}

# What is done with files alone, such as of a package's scripts, is left to the real one.
case $1 in restart | start | stop | enable | disable | daemon-reload) ;; *) exec /usr/bin/systemctl.real "$@" ;; esac

words=() now=false
for word in "$@"; do
  case $word in --now) now=true ;; -*) ;; *) words+=("$word") ;; esac
done
for unit in "${words[@]:1}"; do
  case $unit in *.*) ;; *) unit=$unit.service ;; esac
  case ${words[0]} in
    restart) stop "$unit"; start "$unit" ;;
    start) start "$unit" ;;
    stop) stop "$unit" ;;
    enable) file_of "$unit" >/dev/null; if $now; then start "$unit"; fi ;;
    disable) if $now; then stop "$unit"; fi ;;
  esac
done
