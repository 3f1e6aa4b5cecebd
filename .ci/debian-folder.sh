# shellcheck shell=bash
# What the scripts share that put a Debian into a folder of its own, outside the repository; read by them, not run. They
# set before: `what` is not tested without it, `folder`, and `seconds` that making it may take. Who gives up ends with 1,
# and the reason as the last line.

give_up() { printf 'NOT TESTED: %s: %s\n' "$what" "$1"; exit 1; }

# One at a time; who comes second finds it made.
exec 9>"$folder.lock" && flock -w "$seconds" 9 || give_up "$folder.lock is held by another run"

# Makes the folder anew and finds the `mirror`; `log` is a file for what programs say.
begin_folder() {
  [ "$(id -u)" -eq 0 ] || give_up "only root can make a Debian in $folder"
  command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >/dev/null 2>&1 ||
    give_up "debootstrap is not installed and cannot be"
  # The mirror is the one that this machine's own packages come from.
  mirror=$(sed -nE 's/^URIs:[[:space:]]*([^[:space:]]+).*/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1)
  [ -n "$mirror" ] || mirror=$(sed -nE 's/^deb (\[[^]]*\] )?([^[:space:]]+).*/\2/p' /etc/apt/sources.list 2>/dev/null | head -n 1)
  [ -n "$mirror" ] || give_up "no mirror is named in /etc/apt/sources.list.d"

  # What a run that was ended left behind is no start to build on; anything else is not ours to remove.
  [ ! -e "$folder" ] || [ -e "$folder/keagate" ] || rmdir "$folder" 2>/dev/null || give_up "$folder exists and is not empty"
  rm -rf --one-file-system "$folder" && mkdir -p "$folder" && touch "$folder/keagate" || give_up "$folder cannot be made anew"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
}

failed() { tail -n 20 "$log"; give_up "$1"; }
