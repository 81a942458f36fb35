#!/bin/bash
# The life of an installation on a bare Debian: install, sell, update through the channel, sell on, remove, purge.
#
#   bare_debian.sh ROOT OLDER.deb REPOSITORY
#
# as root. ROOT is the folder of a Debian without Python (debootstrap --variant=minbase bookworm ROOT); REPOSITORY is
# what build_installer.py --repository made, offering a later version than OLDER.deb, both built with the same --keys.
set -euo pipefail
[ $# -eq 3 ] || { sed -n 2,7p "$0"; exit 2; }
root=$1 older=$(basename "$2") mounted=()
clean_up() { for place in "${mounted[@]}"; do umount -l "$place"; done; }
trap clean_up EXIT
for place in proc sys dev; do
  mountpoint -q "$root/$place" || { mount --rbind --make-rslave "/$place" "$root/$place"; mounted+=("$root/$place"); }
done
chmod 755 "$root"
cp "$2" "$root/srv/$older"
rm -rf "$root/srv/channel" && cp -r "$3" "$root/srv/channel"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive chroot "$root" /bin/bash -c "$1"; }
as_till() { inside "su till -s /bin/bash -c 'cd /home/till && $1'"; }
say() { echo; echo "=== $*"; }
window='xvfb-run -a -s "-screen 0 1280x800x24"'

say "installed without a Python"
inside '! command -v python3'
inside "apt-get update -qq && apt-get install -y -qq --no-install-recommends xvfb xauth && apt-get install -y -qq /srv/$older" >/dev/null
inside 'id till 2>/dev/null || useradd -m -G pos-terminal till; ! command -v python3'
as_till 'pos-terminal version; pos-terminal selftest'

say "sells in a window, with its central service"
as_till "rm -rf store rest; $window pos-terminal run --script --data store | tail -3"
as_till 'pos-terminal journal verify --data store'

say "a till at work keeps its version"
as_till 'echo "update_url = \"/srv/channel\"" > store/settings.toml; pos-terminal update download --data store'
as_till '! pos-terminal update apply --data store'

say "a till at rest is updated"
as_till "$window pos-terminal run --exit-when-ready --data rest; cp store/settings.toml rest; pos-terminal update download --data rest"
inside 'until [ -e /var/lib/pos-terminal/incoming/request.json ]; do sleep 0.2; done
  mkdir -p /run/pos-terminal; /usr/lib/pos-terminal/finish-interrupted; /opt/pos-terminal/pos-terminal update install' &  # what the path unit does under systemd
helper=$!
as_till 'pos-terminal update apply --data rest'
wait $helper
as_till 'pos-terminal version; pos-terminal update status --data rest'

say "and sells on, with the data of before"
as_till "$window pos-terminal run --script --data store | tail -3"
as_till 'pos-terminal journal verify --data store; pos-terminal central verify --data store/central'

say "removed and purged: the store's data stays"
inside 'apt-get purge -y -qq pos-terminal' >/dev/null
inside '! command -v pos-terminal; test ! -e /opt/pos-terminal; test ! -e /var/lib/pos-terminal; ls -l /home/till/store/terminal.db'
