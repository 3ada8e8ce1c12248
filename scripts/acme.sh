#!/usr/bin/env bash
# Shows that the program obtains a certificate by ACME and renews it, with a real
# certificate authority for tests: Pebble, by the makers of Let's Encrypt. Needs the
# internet once, for Pebble itself; "make test" plays an authority of its own instead.
set -euo pipefail
cd "$(dirname "$0")/.."

version=v2.10.1
domain=scrm.example.test
work=$(mktemp -d)
children=()
finish() {
	for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT

say() { echo "acme: $*"; }
fail() { say "$*"; tail -n 20 "$work"/*.log; exit 1; }
# until_true SECONDS COMMAND…: waits for a condition.
until_true() {
	local left=$(($1 * 5))
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.2
	done
}

GOBIN=$work go install "github.com/letsencrypt/pebble/v2/cmd/pebble@$version" "github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv@$version"
module=$(go mod download -json "github.com/letsencrypt/pebble/v2@$version" | sed -n 's/^\t"Dir": "\(.*\)",\?$/\1/p')

# Certificates of a minute: due for renewal after forty seconds.
cat >"$work/pebble.json" <<END
{"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
  "certificate": "$module/test/certs/localhost/cert.pem", "privateKey": "$module/test/certs/localhost/key.pem",
  "httpPort": 15002, "tlsPort": 15001, "ocspResponderURL": "", "externalAccountBindingRequired": false,
  "profiles": {"default": {"description": "a minute", "validityPeriod": 60}}}}
END
# Every name is this machine.
"$work/pebble-challtestsrv" -defaultIPv4 127.0.0.1 -defaultIPv6 "" -dnsserver 127.0.0.1:18053 -http01 "" -https01 "" -doh "" -tlsalpn01 "" \
	-management 127.0.0.1:18055 >"$work/dns.log" 2>&1 &
children+=($!)
PEBBLE_VA_NOSLEEP=1 "$work/pebble" -config "$work/pebble.json" -dnsserver 127.0.0.1:18053 >"$work/pebble.log" 2>&1 &
children+=($!)
until_true 20 curl -sf --cacert "$module/test/certs/pebble.minica.pem" https://127.0.0.1:14000/dir || fail "Pebble does not answer"
curl -sf --cacert "$module/test/certs/pebble.minica.pem" https://127.0.0.1:15000/roots/0 >"$work/root.pem"

serve() {
	bin/queqiao serve --data "$work/data" --listen 127.0.0.1:15001 --set http.redirect_listen=127.0.0.1:15002 \
		--set "http.public_url=https://$domain" --set "http.acme.domains=$domain" --set http.acme.agreed=true \
		--set http.acme.directory=https://127.0.0.1:14000/dir --set "http.acme.roots=$module/test/certs/pebble.minica.pem" >>"$work/queqiao.log" 2>&1 &
	server=$!
	children+=("$server")
}
# A browser that trusts this authority and nobody else.
trusted() { curl -sf --cacert "$work/root.pem" --resolve "$domain:15001:127.0.0.1" "https://$domain:15001/healthz"; }
kept() { cat "$work"/data/certificates/certificates/*/"$domain/$domain.crt" 2>/dev/null | sha256sum; }
another() { [ "$(kept)" != "$first" ] && trusted; }

serve
until_true 60 trusted || fail "no certificate was obtained"
first=$(kept)
say "a certificate was obtained and a browser that trusts the authority takes it"
# The program looks every ten minutes, and when it starts: that is not waited for.
due=$(($(date +%s) + 45))
past_due() { [ "$(date +%s)" -ge "$due" ]; }
until_true 60 past_due
kill -INT "$server"
wait "$server" || fail "it did not end well"
serve
until_true 60 another || fail "the certificate was not renewed"
say "the certificate was renewed before its end"
