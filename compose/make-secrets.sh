#!/bin/sh
# Makes the secrets of the stack, once: what is there already is never changed. The gateways get all, an agent what it
# needs to join, Grafana the tier tokens and the first password of its user `admin`.
set -eu
umask 077
secrets=${1:-/secrets}
main=${TOPOSCOPE_COMPANION_MAIN:-/app/companion/dist/main.js}

if [ ! -e "$secrets/gateway/gateway.pub" ]; then
  node "$main" keygen "$secrets/gateway"
fi
if [ ! -e "$secrets/grafana/grafana-admin.password" ]; then
  node -p 'crypto.randomBytes(18).toString("base64url")' > "$secrets/grafana/grafana-admin.password"
fi
cp "$secrets/gateway/join.token" "$secrets/gateway/gateway.pub" "$secrets/agent/"
cp "$secrets/gateway/view.token" "$secrets/gateway/operate.token" "$secrets/gateway/admin.token" "$secrets/grafana/"

# The users that the gateway and Grafana run as. The agent is root.
chown -R 1000:1000 "$secrets/gateway"
chown -R 472:0 "$secrets/grafana"
