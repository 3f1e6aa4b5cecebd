#!/bin/sh
# Builds the Debian package from this checkout:
#   config/debian/build.sh [--bundle-node NODE] [--tarball FILE] [FOLDER]
# Writes keagate_VERSION_ARCH.deb and its SBOM into FOLDER (the working directory). Needs Node.js, npm and dpkg-deb, and what
# `npm ci` has installed; nothing is fetched. The same commit gives the same package, byte for byte: all times are
# SOURCE_DATE_EPOCH, or that of the commit.
#
# Without an option it is for every architecture and depends on Debian's nodejs, or NodeSource's, which has the same name:
# security updates of Node.js come from there. Debian 12 has an older nodejs; for it, --bundle-node puts the program NODE
# (20.19 or newer, as nodejs.org builds it) into the package, which then is for this architecture and has to be built again
# when Node.js is fixed. --tarball names what `npm pack` has made of this checkout, where that is there already.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

node='' tarball='' folder=.
while [ $# -gt 0 ]; do
  case $1 in
    --bundle-node) node=${2:?--bundle-node needs the path of a Node.js program}; shift 2 ;;
    --tarball) tarball=$(readlink -f "${2:?--tarball needs a file}"); shift 2 ;;
    -*) sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) folder=$1; shift ;;
  esac
done
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
umask 022
export LC_ALL=C TZ=UTC
: "${SOURCE_DATE_EPOCH:=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)}"
export SOURCE_DATE_EPOCH
# As Debian's own tools have it.
maintainer="${DEBFULLNAME:-keagate} <${DEBEMAIL:-keagate@keagate.invalid}>"
version=$(node -p "require('$root/package.json').version")

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
tree=$stage/tree
lib=$tree/usr/lib/keagate
doc=$tree/usr/share/doc/keagate
mkdir -p "$lib" "$doc" "$tree/DEBIAN"

# The program: what the npm package has, which needs no other package.
if [ -z "$tarball" ]; then
  (cd "$root" && npm pack --silent --pack-destination "$stage" >/dev/null)
  tarball=$stage/keagate-$version.tgz
fi
tar -xzf "$tarball" -C "$stage"
mv "$stage/package/dist" "$stage/package/package.json" "$lib/"
cp "$lib/dist/sbom.cdx.json" "$stage/sbom"
# Types serve only authors of handler modules; the licences go into the copyright file.
mv "$lib/dist/THIRD-PARTY-LICENSES" "$stage/licenses"
find "$lib" -name '*.d.mts' -delete

architecture=all depends='nodejs (>= 20.19~), passwd' interpreter=/usr/bin/node compression=xz
if [ -n "$node" ]; then
  "$node" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
    { echo "$node is no Node.js 20.19 or newer" >&2; exit 1; }
  install -D -m 0755 "$node" "$lib/bin/node"
  architecture=$(dpkg --print-architecture)
  depends='passwd, libc6 (>= 2.28), libgcc-s1, libstdc++6'
  # The program says what it is linked with: later releases need one library more.
  if grep -q 'libatomic\.so\.1' "$node"; then depends="$depends, libatomic1"; fi
  interpreter=/usr/lib/keagate/bin/node
  # For 100 MB xz takes a minute; the dpkg of Debian 12 knows zstd.
  compression=zstd
fi

# Links, not wrappers: Stork looks for the name of the process and of the script, and the AppArmor profile that Debian's
# kea-ctrl-agent leaves behind counts for a program of that path, which a link is not.
sed -i "1s|.*|#!$interpreter|" "$lib/dist/main.js"
chmod 0755 "$lib/dist/main.js"
mkdir -p "$tree/usr/sbin"
ln -s ../lib/keagate/dist/main.js "$tree/usr/sbin/keagate"
ln -s ../lib/keagate/dist/main.js "$tree/usr/sbin/kea-ctrl-agent"

# By what shells complete words.
share=$tree/usr/share
mkdir -p "$share/bash-completion/completions" "$share/zsh/vendor-completions" "$share/fish/vendor_completions.d"
node "$lib/dist/main.js" completion bash >"$share/bash-completion/completions/keagate"
node "$lib/dist/main.js" completion zsh >"$share/zsh/vendor-completions/_keagate"
node "$lib/dist/main.js" completion fish >"$share/fish/vendor_completions.d/keagate.fish"

# The unit of the sample, less the alias: a link of the package's own goes when the package goes.
units=$tree/usr/lib/systemd/system
mkdir -p "$units"
sed -e '/^# Without its configuration file/s| Keep this.*||' -e 's|^\(ExecCondition=.* \)/.*|\1${KEAGATE_CONFIG}|' \
  -e 's|^ExecStart=.*|Environment=KEAGATE_CONFIG=/etc/kea/keagate.conf\nEnvironmentFile=-/etc/default/keagate\nExecStart=/usr/sbin/kea-ctrl-agent -c ${KEAGATE_CONFIG}|' \
  -e '/^Alias=/d' -e '/^# Enabled, it also/,/^#   systemctl/d' "$root/config/systemd/keagate.service" >"$units/keagate.service"
cp "$root/config/systemd/keagate.socket" "$root/config/systemd/keagate-certs-renew.timer" "$units/"
sed 's|^ExecStart=[^ ]*|ExecStart=/usr/sbin/keagate|' "$root/config/systemd/keagate-certs-renew.service" \
  >"$units/keagate-certs-renew.service"
ln -s keagate.service "$units/kea-ctrl-agent.service"

install -D -m 0640 "$here/keagate.conf" "$tree/etc/kea/keagate.conf"
for page in keagate.8 keagate-ask.1 kea-ctrl-agent.8 keagate.conf.5; do
  section=$tree/usr/share/man/man${page##*.}
  mkdir -p "$section"
  gzip -9nc "$root/docs/man/$page" >"$section/$page.gz"
done
# Another package may have a page of that name, which man then prefers. Its program: see postinst.
gzip -9nc "$root/docs/man/kea-shell.8" >"$tree/usr/share/man/man8/kea-shell.8keagate.gz"
cp "$root/README.md" "$here/README.Debian" "$stage/sbom" "$doc/"
mv "$doc/sbom" "$doc/sbom.cdx.json"
cp -R "$root/docs" "$doc/docs" && rm -rf "$doc/docs/man"
cp -R "$stage/package/config" "$doc/examples"
node "$here/copyright.mjs" "$stage/licenses" ${node:+"$node"} >"$doc/copyright"
{
  printf 'keagate (%s) unstable; urgency=medium\n\n  * Release %s.\n\n' "$version" "$version"
  printf ' -- %s  %s\n' "$maintainer" "$(date -u -d "@$SOURCE_DATE_EPOCH" '+%a, %d %b %Y %H:%M:%S +0000')"
} | gzip -9nc >"$doc/changelog.gz"
mkdir -p "$tree/usr/share/lintian/overrides"
cp "$here/lintian-overrides" "$tree/usr/share/lintian/overrides/keagate"

for script in postinst prerm postrm; do install -m 0755 "$here/$script" "$tree/DEBIAN/$script"; done
echo /etc/kea/keagate.conf >"$tree/DEBIAN/conffiles"
find "$tree" -path "$tree/DEBIAN" -prune -o -type f ! -perm -u+x ! -name keagate.conf -exec chmod 0644 {} +
find "$tree" -type d -exec chmod 0755 {} +
size=$(find "$tree" -path "$tree/DEBIAN" -prune -o -type f -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }')
sed -e "s|@VERSION@|$version|" -e "s|@ARCHITECTURE@|$architecture|" -e "s|@DEPENDS@|$depends|" -e "s|@SIZE@|$size|" -e "s|@MAINTAINER@|$maintainer|" \
  "$here/control" >"$tree/DEBIAN/control"
(cd "$tree" && find . -path ./DEBIAN -prune -o -type f -print | sed 's|^\./||' | sort | xargs -d '\n' md5sum) >"$tree/DEBIAN/md5sums"
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

package=keagate_${version}_$architecture.deb
dpkg-deb --root-owner-group "-Z$compression" --build "$tree" "$folder/$package" >/dev/null
cp "$stage/sbom" "$folder/keagate_$version.cdx.json"
echo "$folder/$package"
