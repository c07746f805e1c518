import type { Board } from './board.js';
import { connectionsBoard } from './boards/connections.js';
import { containerBoard } from './boards/container.js';
import { healthBoard } from './boards/health.js';
import { hostBoard } from './boards/host.js';
import { processBoard } from './boards/process.js';
import { topologyBoard } from './boards/topology.js';
import { workloadBoard } from './boards/workload.js';

/** Every dashboard: a new one is a file in `boards/`, a uid in `places.ts` and a line here. */
export const BOARDS: readonly Board[] = [
  topologyBoard,
  hostBoard,
  containerBoard,
  workloadBoard,
  processBoard,
  connectionsBoard,
  healthBoard,
];
