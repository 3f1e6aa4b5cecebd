#!/usr/bin/env bash
# Builds the Debian package twice, looks into it, and installs it over the kea-ctrl-agent of the Debian that .ci/kea3.sh
# has made, in a layer that is thrown away. One line for each thing that was looked at. Ends with 1 where one of them is
# not as it should be, and with 77 where this machine cannot do it.
set -uo pipefail
cd "$(dirname "$0")/.."
debian=${KEAGATE_KEA3_ROOT:-/var/tmp/keagate-kea3}
failures=0

give_up() { printf 'NOT TESTED: the Debian package: %s\n' "$1"; exit 77; }
check() {
  local name=$1; shift
  if "$@" >"$scratch/check" 2>&1; then printf 'ok - %s\n' "$name"
  else failures=$((failures + 1)); printf 'not ok - %s\n' "$name"; tail -n 30 "$scratch/check"; fi
}

command -v dpkg-deb >/dev/null || give_up "dpkg-deb is not installed"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

check "npm packs it" npm pack --silent --pack-destination "$scratch"
tarball=$(echo "$scratch"/keagate-*.tgz)
check "config/debian/build.sh builds it" config/debian/build.sh --tarball "$tarball" "$scratch/one"
check "and once more, by itself" config/debian/build.sh "$scratch/two"
check "and with a Node.js of its own" \
  config/debian/build.sh --bundle-node "$(readlink -f "$(command -v node)")" --tarball "$tarball" "$scratch/node"
all=$(echo "$scratch"/one/*_all.deb) own=$(echo "$scratch"/node/*.deb)
check "the same commit gives the same package" cmp "$all" "$scratch/two/${all##*/}"

listing=$(dpkg-deb -c "$all")
has() { grep -q -- "$1" <<<"$listing"; }
lacks() { ! grep -E -- "$1" <<<"$listing"; }
check "it has both programs, as links" has ' ./usr/sbin/kea-ctrl-agent -> ../lib/keagate/dist/main.js$'
check "it has the unit" has ' ./usr/lib/systemd/system/keagate.service$'
check "it has the timer that renews certificates" has ' ./usr/lib/systemd/system/keagate-certs-renew.timer$'
check "whose unit starts the program where it is" sh -c \
  "dpkg-deb --fsys-tarfile '$all' | tar -xO ./usr/lib/systemd/system/keagate-certs-renew.service | grep -q '^ExecStart=/usr/sbin/keagate certs'"
for completion in bash-completion/completions/keagate zsh/vendor-completions/_keagate fish/vendor_completions.d/keagate.fish; do
  check "shells complete its words: ${completion%%/*}" has " ./usr/share/$completion$"
done
check "it has its pages" has ' ./usr/share/man/man5/keagate.conf.5.gz$'
check "it has no kea-shell, which may be another package's" lacks ' ./usr/sbin/kea-shell'
check "it has nothing that only development needs" lacks 'node_modules|\.ts$|/test/'
check "its owners are root" sh -c "! dpkg-deb -c '$all' | awk '{ print \$2 }' | grep -v '^root/root$'"
check "it needs Node.js, and no more than a user tool" sh -c "dpkg-deb -f '$all' Depends | grep -qx 'nodejs (>= 20.19~), passwd'"
if command -v lintian >/dev/null; then
  check "lintian finds nothing" lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$all"
fi

# In the layer: kea-ctrl-agent is installed there, and its configuration stays in use.
installed() {
  unshare --mount --pid --fork bash -euo pipefail -c '
    lower=$0 layer=$1
    mount -t tmpfs tmpfs "$layer"
    mkdir "$layer/upper" "$layer/work" "$layer/root"
    mount -t overlay overlay -o "lowerdir=$lower,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
    cp "$2" "$layer/root/tmp/keagate.deb"
    mount -t proc proc "$layer/root/proc"
    export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
    chroot "$layer/root" bash -euxo pipefail -c "$3"
  ' "$debian" "$scratch/layer" "$own" "$1"
}
mkdir "$scratch/layer"
if [ "$(id -u)" -ne 0 ] || [ ! -e "$debian/complete" ]; then
  printf 'NOT TESTED: its installation: needs root and %s\n' "$debian"
else
  files='find / -xdev \( -path /proc -o -path /tmp -o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache \) -prune -o -print | sort'
  check "it takes over from kea-ctrl-agent with its configuration" installed '
    cp /etc/kea/kea-ctrl-agent.conf /tmp/before
    dpkg -i /tmp/keagate.deb
    [ "$(kea-ctrl-agent -v)" = "$(keagate -v)" ]
    [ "$(kea-shell -v)" = "$(keagate -v)" ]
    ! dpkg -s kea-ctrl-agent | grep -q "Status:.* installed"
    cmp /etc/kea/kea-ctrl-agent.conf /tmp/before
    grep -x KEAGATE_CONFIG=/etc/kea/kea-ctrl-agent.conf /etc/default/keagate
    [ -e /usr/lib/systemd/system/kea-ctrl-agent.service ]
    [ -L /etc/systemd/system/timers.target.wants/keagate-certs-renew.timer ]'
  check "a new site has a configuration that starts, for _kea" installed '
    dpkg --purge kea-ctrl-agent
    dpkg -i /tmp/keagate.deb
    [ ! -e /etc/default/keagate ]
    setpriv --reuid=_kea --regid=_kea --clear-groups /usr/sbin/keagate -t /etc/kea/keagate.conf
    [ "$(stat -c %a:%U:%G /etc/kea/keagate-password)" = 640:root:_kea ]
    setpriv --reuid=nobody --regid=nogroup --clear-groups sh -c "! cat /etc/kea/keagate-password"
    cp /etc/kea/keagate-password /tmp/before
    echo "// mine" >>/etc/kea/keagate.conf
    dpkg -i /tmp/keagate.deb
    tail -n 1 /etc/kea/keagate.conf | grep -x "// mine"
    cmp /etc/kea/keagate-password /tmp/before'
  check "a kea-shell that is there stays as it is" installed '
    dpkg --purge kea-ctrl-agent
    echo "another one" >/usr/sbin/kea-shell
    dpkg -i /tmp/keagate.deb
    dpkg --purge keagate
    grep -x "another one" /usr/sbin/kea-shell'
  check "purged, it leaves nothing of its own and takes nothing of Kea" installed "
    dpkg --purge kea-ctrl-agent
    $files >/tmp/before
    dpkg -i /tmp/keagate.deb
    dpkg --remove keagate
    [ -e /etc/kea/keagate.conf ] && [ -e /etc/kea/keagate-password ]
    dpkg --purge keagate
    $files >/tmp/after
    diff /tmp/before /tmp/after
    getent passwd _kea"
fi
[ "$failures" -eq 0 ]
