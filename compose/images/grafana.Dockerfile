# Grafana with both plugins, the data sources and the dashboards. From the top of the repository:
#   docker build --file compose/images/grafana.Dockerfile --tag toposcope/grafana .
ARG NODE_IMAGE=docker.io/library/node:24.11.1-bookworm-slim
ARG GRAFANA_IMAGE=docker.io/grafana/grafana:11.6.16

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
# The plugins say when they were built; whoever wants the same bytes again names the time.
ARG SOURCE_DATE_EPOCH
RUN npm ci --workspace grafana-datasource --workspace grafana-panel --workspace compose/viewer --no-audit --no-fund \
 && npm run build --workspace grafana-datasource \
 && npm run build --workspace grafana-panel

FROM ${GRAFANA_IMAGE}
COPY --from=build /src/grafana-datasource/dist /opt/toposcope/plugins/toposcope-topology-datasource
COPY --from=build /src/grafana-panel/dist /opt/toposcope/plugins/toposcope-topology-panel
COPY compose/grafana/provisioning /opt/toposcope/provisioning
COPY dashboards/json /opt/toposcope/dashboards
# Not below /var/lib/grafana, which is a volume.
ENV GF_PATHS_PLUGINS=/opt/toposcope/plugins \
    GF_PATHS_PROVISIONING=/opt/toposcope/provisioning \
    GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS=toposcope-topology-datasource,toposcope-topology-panel \
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH=/opt/toposcope/dashboards/toposcope-topology.json
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/api/health"]
