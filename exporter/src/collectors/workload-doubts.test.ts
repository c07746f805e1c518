import { expect, it, vi } from 'vitest';
import { parseContainer } from '../runtimes/docker-container.js';
import { createWorkloadDoubts } from './workload-doubts.js';

const COMPOSE = { 'com.docker.compose.service': 'web' };
const SWARM = { 'com.docker.swarm.service.name': 'shop_web' };

function container(labels: Record<string, string>) {
  return parseContainer({ Id: 'a'.repeat(64), Name: '/web', Config: { Labels: labels } }, 'docker');
}

it('says what is odd once, though the runtime tells of the container again, and again when it changes', () => {
  const log = vi.fn();
  const look = createWorkloadDoubts(log);
  const odd = container({ ...COMPOSE, ...SWARM });
  look([odd]);
  look([odd]);
  look([container({ ...COMPOSE, ...SWARM })]);
  expect(log.mock.calls).toEqual([
    [
      'Of the workload of container web (aaaaaaaaaaaa): it has words of swarm and compose, and is taken for one of swarm',
    ],
  ]);
  look([container(COMPOSE)]);
  expect(log).toHaveBeenCalledTimes(1);
  look([container({ ...COMPOSE, ...SWARM })]);
  expect(log).toHaveBeenCalledTimes(2);
});
