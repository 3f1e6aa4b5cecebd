#!/usr/bin/env bash
# Builds the container image with buildah on a base of our own, and runs it the way config/compose does: read-only, not
# as root, behind it a real kea-dhcp4, in front of it curl with mutual TLS. One line for each thing that was looked at.
# Ends with 1 where one of them is not as it should be, and with 77 where this machine cannot do it at all.
set -uo pipefail
cd "$(dirname "$0")/.."
project=$PWD
user=1000
failures=0

give_up() { printf 'NOT TESTED: the container: %s\n' "$1"; exit 77; }

# check NAME COMMAND...: its output is shown where it fails.
check() {
  local name=$1; shift
  if "$@" >"$scratch/check" 2>&1; then printf 'ok - %s\n' "$name"
  else failures=$((failures + 1)); printf 'not ok - %s\n' "$name"; tail -n 30 "$scratch/check"; fi
}

[ "$(id -u)" -eq 0 ] || give_up "only root can run a container here"
for program in buildah kea-dhcp4 curl setpriv unshare; do
  command -v "$program" >/dev/null || give_up "$program is not installed"
done
.ci/container-base.sh || exit 77
base=${KEAGATE_BASE_ROOT:-/var/tmp/keagate-base}/root

# Beside the base: it is copied a few times, and /tmp may be small.
scratch=$(mktemp -d "$(dirname "$base")/run.XXXXXX")
cleanup() {
  local pid
  for pid in $(jobs -p); do kill -KILL "$pid" 2>/dev/null; done
  wait 2>/dev/null
  store umount --all >/dev/null 2>&1
  rm -rf --one-file-system "$scratch"
}
trap cleanup EXIT
store() { buildah --root "$scratch/storage" --runroot "$scratch/state" --storage-driver vfs "$@"; }

# in_container NAME COMMAND...: with the volumes of config/compose.
in_container() {
  local container=$1; shift
  store run --isolation chroot -v "$scratch/etc:/etc/kea:ro" -v "$scratch/sockets:/run/kea" -v "$scratch/tls:/var/lib/keagate" \
    "$container" -- "$@"
}

# The base, as an image.
container=$(store from scratch) && root=$(store mount "$container") && cp -a "$base/." "$root/" &&
  store config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env npm_config_prefer_offline=true \
    --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container" &&
  store commit --quiet --rm "$container" localhost/base >/dev/null || give_up "buildah takes no image from a folder here"

cache=$(npm config get cache) && mkdir -p "$cache"
build() {
  store build --isolation chroot --format docker --layers=false --timestamp 0 --build-arg NODE_IMAGE=localhost/base \
    --volume "$cache:/root/.npm" --tag localhost/keagate .
}
check "the image is built" build
[ "$failures" -eq 0 ] || exit 1
store images --format '{{.Name}} {{.Size}}'

container=$(store from localhost/keagate)
root=$(store mount "$container")
config() { store inspect --type image --format "{{$1}}" localhost/keagate; }

# What the image says that an engine is to do.
says() { [ "$(config "$1")" = "$2" ] || { printf '%s, not %s\n' "$(config "$1")" "$2"; return 1; }; }
check "it runs as node" says .Docker.Config.User node
check "it is stopped with TERM" says .Docker.Config.StopSignal SIGTERM
check "its health is asked without a shell" says .Docker.Config.Healthcheck.Test '[CMD keagate health]'
check "it starts keagate" says .Docker.Config.Entrypoint '[keagate]'
start="keagate $(config .Docker.Config.Cmd | tr -d '[]')"

# A second build of the same lock file, the one of this checkout, gave the same files.
same_files() {
  local file
  (cd "$root/opt/keagate" && find . -type f) >"$scratch/files"
  [ "$(wc -l <"$scratch/files")" -gt 20 ] || { echo "only $(wc -l <"$scratch/files") files"; return 1; }
  while read -r file; do cmp "$root/opt/keagate/$file" "$file" || return 1; done <"$scratch/files"
}
npm run --silent build
check "a second build gives the same files" same_files
lean() { [ ! -e "$root/opt/keagate/node_modules" ] && [ ! -e "$root/opt/keagate/src" ]; }
check "only what runs is in it" lean
du -sk "$root/opt/keagate" | sed -E 's/^([0-9]+).*/our files take \1 KiB/'

# A daemon and certificates, as config/compose has them; the ports are free ones.
free_ports() { node -e 'const a=[0,0].map(()=>require("net").createServer().listen(0));setTimeout(()=>{console.log(a.map((s)=>s.address().port).join(" "));process.exit()},50)'; }
read -r port monitoring <<<"$(free_ports)"
mkdir -p "$scratch"/{etc,sockets,tls,leases}
chmod 0755 "$scratch" && chmod 0750 "$scratch"/{sockets,tls,leases} && chown "$user:$user" "$scratch"/{sockets,tls,leases}
sed -E "s/\"http-port\": 8000/\"http-port\": $port/; s/\"http-port\": 8001/\"http-port\": $monitoring/" \
  config/compose/keagate/kea-ctrl-agent.conf >"$scratch/etc/kea-ctrl-agent.conf"
sed "s|/run/kea|$scratch/sockets|; s|/var/lib/kea/|$scratch/leases/|" config/compose/kea/kea-dhcp4.conf >"$scratch/kea-dhcp4.conf"
KEA_PIDFILE_DIR=$scratch/leases KEA_LOCKFILE_DIR=none setpriv --reuid "$user" --regid "$user" --clear-groups \
  kea-dhcp4 -c "$scratch/kea-dhcp4.conf" >"$scratch/kea.log" 2>&1 &
check "it makes certificates" in_container "$container" keagate certs init /var/lib/keagate/tls --keep --san localhost

# until_true COMMAND...: at most 20 s.
until_true() { local turn; for turn in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.2; done; "$@"; }
has() { grep -q "$2" "$1" || { cat "$1"; return 1; }; }
ask() {
  local tls=$scratch/tls/tls
  curl --silent --show-error --max-time 20 --cacert "$tls/ca/cert.pem" --cert "$tls/client/cert.pem" --key "$tls/client/key.pem" \
    -H 'Content-Type: application/json' -d '{ "command": "version-get", "service": [ "dhcp4" ] }' "https://localhost:$port/" >"$scratch/answer"
  has "$scratch/answer" '"result": 0' && printf 'kea-dhcp4 answers through it: %s\n' "$(head -c 120 "$scratch/answer")"
}
healthy() { in_container "$container" keagate health; }
healthy_quietly() { healthy && ! grep -q CERTIFICATE_REFUSED "$scratch/log"; }
# agent: the process number, by the port that it listens on.
agent() { ss -Hltnp "sport = :$port" | sed -nE 's/.*pid=([0-9]+).*/\1/p' | head -n 1; }

not() { ! "$@"; }

# looked_at HOW: what is to be true of the agent that was started as the latest job.
looked_at() {
  local how=$1 job=$! pid status
  check "$how: it starts" until_true has "$scratch/log" CTRL_AGENT_STARTED
  pid=$(agent)
  check "$how: it is not root" grep -qE "^Uid:	$user	$user	$user	$user" "/proc/${pid:-none}/status"
  check "$how: a command reaches kea-dhcp4 over mutual TLS" until_true ask
  ask
  check "$how: it is healthy, and its log has no refusal" healthy_quietly
  kill -TERM "${pid:-$job}"
  wait "$job"; status=$?
  check "$how: the stop signal ends it with 0" [ "$status" -eq 0 ]
  check "$how: it is healthy no more" not healthy
}

in_container "$container" $start >"$scratch/log" 2>&1 &
looked_at "run by buildah"

# What `--read-only` and a process namespace of its own do; buildah has no switch for it.
read_only() {
  exec unshare --mount --pid --fork --kill-child sh -ec '
    root=$1 scratch=$2 user=$3; shift 3
    mount --bind "$root" "$root"
    mount --bind "$scratch/etc" "$root/etc/kea"
    mount --bind "$scratch/sockets" "$root/run/kea"
    mount --bind "$scratch/tls" "$root/var/lib/keagate"
    mount -t proc proc "$root/proc"
    mount --bind /dev "$root/dev"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    mount -o remount,bind,ro "$root"
    if touch "$root/opt/x" 2>/dev/null; then echo "the root can be written"; exit 1; fi
    cd "$root/opt/keagate"
    exec chroot "$root" setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs --bounding-set=-all "$@"
  ' sh "$root" "$scratch" "$user" "$@"
}
export KEA_PIDFILE_DIR=/dev/shm NODE_ENV=production
if unshare --mount --pid --fork true 2>/dev/null; then
  read_only $start >"$scratch/log" 2>&1 &
  looked_at "read-only, as process 1"
else
  printf 'NOT TESTED: the container with a read-only root: no namespaces here\n'
fi
written() { find "$root" -xdev -type f -newer "$scratch/kea-dhcp4.conf" ! -path "$root/run/.containerenv" | grep .; }
check "it has written nothing into its file system" not written

printf 'the container: %s failed, %s s\n' "$failures" "$SECONDS"
[ "$failures" -eq 0 ]
