# The exporter. From the top of the repository:
#   docker build --file compose/images/exporter.Dockerfile --tag toposcope/exporter .
# Reproducible with a base that is named by its digest; for several architectures, `docker buildx build --platform …`.
ARG NODE_IMAGE=docker.io/library/node:24.11.1-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
RUN npm ci --workspace exporter --no-audit --no-fund \
 && npm run build --workspace exporter \
 && npm ci --workspace exporter --omit dev --no-audit --no-fund \
 && rm -rf exporter/src exporter/tsconfig.json \
 && find node_modules exporter -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -exec rm {} +

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title=toposcope-exporter
ENV NODE_ENV=production
COPY --from=build /src/node_modules /app/node_modules
COPY --from=build /src/exporter /app/exporter
COPY compose/images/health.mjs LICENSE /app/
# Root without a capability but those that it is run with: an engine gives added capabilities to root alone.
USER 0:0
EXPOSE 10420
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
  CMD ["node", "/app/health.mjs", "http://127.0.0.1:10420/healthz"]
ENTRYPOINT ["node", "/app/exporter/dist/main.js"]
