# The companion: gateway, agent and keygen. From the top of the repository:
#   docker build --file compose/images/companion.Dockerfile --tag toposcope/companion .
# Reproducible with a base that is named by its digest; for several architectures, `docker buildx build --platform …`.
ARG NODE_IMAGE=docker.io/library/node:24.11.1-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
RUN npm ci --workspace companion --no-audit --no-fund \
 && npm run build --workspace companion \
 && npm ci --workspace companion --omit dev --no-audit --no-fund \
 && rm -rf companion/src companion/tsconfig.json \
 && find node_modules companion -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -exec rm {} + \
 && mkdir /empty

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title=toposcope-companion
ENV NODE_ENV=production
COPY --from=build /src/node_modules /app/node_modules
COPY --from=build /src/companion /app/companion
COPY compose/images/health.mjs LICENSE /app/
# Where the gateway writes its audit log and recordings.
COPY --from=build --chown=1000:1000 /empty /var/lib/toposcope
WORKDIR /var/lib/toposcope
# An agent is run as root instead, for the engine's socket.
USER 1000:1000
EXPOSE 10421
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
  CMD ["node", "/app/health.mjs", "http://127.0.0.1:10421/healthz"]
ENTRYPOINT ["node", "/app/companion/dist/main.js"]
CMD ["gateway"]
