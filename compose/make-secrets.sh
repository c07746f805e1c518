#!/bin/sh
# Makes the secrets of the stack, once: what is there already is never changed. The gateways get all, an agent what it
# needs to join, Grafana the tier tokens and the first password of its user `admin`.
set -eu
umask 077
secrets=${1:-/secrets}
main=${TOPOSCOPE_COMPANION_MAIN:-/app/companion/dist/main.js}
gateway=$secrets/gateway
grafana=$secrets/grafana

# It is written last: without it, whatever else is there was never in use.
if [ ! -s "$gateway/gateway.pub" ]; then
  rm -f "$gateway"/*.token "$gateway"/gateway.*
  node "$main" keygen "$gateway"
fi
for name in view.token operate.token admin.token join.token gateway.key; do
  if [ ! -s "$gateway/$name" ]; then
    echo "$name is missing among the gateways' secrets: put it back, or have all made anew at the next start:" >&2
    echo "docker compose --file compose/docker-compose.yml down && docker volume rm compose_gateway-secrets" >&2
    exit 1
  fi
done
if [ ! -s "$grafana/grafana-admin.password" ]; then
  node -p 'crypto.randomBytes(18).toString("base64url")' > "$grafana/.new"
  mv "$grafana/.new" "$grafana/grafana-admin.password"
fi
cp "$gateway/join.token" "$gateway/gateway.pub" "$secrets/agent/"
cp "$gateway/view.token" "$gateway/operate.token" "$gateway/admin.token" "$grafana/"

# The users that the gateway and Grafana run as. The agent is root.
chown -R 1000:1000 "$gateway"
chown -R 472:0 "$grafana"
