#!/bin/sh
# Shows that the program runs as nobody, without any capability, on a root that cannot be
# written to: starts it so, asks it for a page over TLS, makes and restores a backup, stops it.
# To be called by root with the program's path:  packaging/as-nobody.sh target/debug/haichieu
set -eu
program=$(readlink -f "$1")
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$state/key.pem" -out "$state/cert.pem" 2>/dev/null
chown -R 65534:65534 "$state"
export program state
unshare --mount sh -eu <<'INSIDE'
mount --make-rprivate /
mount --bind "$state" "$state"
mount -o remount,bind,ro /
for mounted in $(awk '$2 != "/" && $2 !~ "^/(proc|sys|dev)" { print $2 }' /proc/mounts); do
    [ "$mounted" = "$state" ] || mount -o remount,bind,ro "$mounted" 2>/dev/null || true
done
nobody="setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all --"
! $nobody touch /var/tmp/x 2>/dev/null || { echo "the root can be written to"; exit 1; }
cd "$state"
export DATABASE_URL="$state/haichieu.db"
$nobody "$program" serve --listen 127.0.0.1:21304 --tls-cert cert.pem --tls-key key.pem > out 2> err &
server=$!
tries=0
until curl -sf --cacert cert.pem https://localhost:21304/health > /dev/null; do
    tries=$((tries + 1)); [ $tries -lt 100 ] || { cat err; exit 1; }
    sleep 0.1
done
curl -s --cacert cert.pem -o /dev/null -w '%{http_version} %{ssl_verify_result} %{http_code}\n' \
    https://localhost:21304/sign-in
awk '/^(Uid|CapEff|CapBnd|NoNewPrivs)/' "/proc/$server/status"
$nobody "$program" backup so.db
$nobody "$program" --database other.db restore so.db
$nobody "$program" --database other.db check
kill -TERM $server
wait $server  # its exit code ends the script where it is not 0
echo "exit 0; left behind: $(ls)"
INSIDE
