import { collectorFailing } from './alerts/collector-failing.js';
import { connectFailures } from './alerts/connect-failures.js';
import { containerUnhealthy } from './alerts/container-unhealthy.js';
import { cpuThrottled } from './alerts/cpu-throttled.js';
import { edgeNew } from './alerts/edge-new.js';
import { edgeVanished } from './alerts/edge-vanished.js';
import { eventsLost } from './alerts/events-lost.js';
import { exporterDown } from './alerts/exporter-down.js';
import { hostGone } from './alerts/host-gone.js';
import { latency } from './alerts/latency.js';
import { memoryNearLimit } from './alerts/memory-near-limit.js';
import { oomKilled } from './alerts/oom-killed.js';
import { restartLoop } from './alerts/restart-loop.js';
import { retransmits } from './alerts/retransmits.js';
import { seriesCapped } from './alerts/series-capped.js';
import type { Alert } from './rule.js';

/** Every alert: a new one is a file in `alerts/` and a line here, with its runbook and its cases. */
export const ALERTS: readonly Alert[] = [
  exporterDown,
  hostGone,
  collectorFailing,
  eventsLost,
  seriesCapped,
  containerUnhealthy,
  restartLoop,
  oomKilled,
  memoryNearLimit,
  cpuThrottled,
  connectFailures,
  retransmits,
  latency,
  edgeNew,
  edgeVanished,
];
