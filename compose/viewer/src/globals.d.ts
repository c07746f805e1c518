/** The version of the @grafana packages in this build; set by build.mjs. */
declare const VIEWER_GRAFANA_VERSION: string;

interface Window {
  grafanaBootData?: unknown;
}

declare module 'systemjs/dist/system.js';
declare module 'systemjs/dist/extras/amd.js';
