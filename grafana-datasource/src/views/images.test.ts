import { expect, it } from 'vitest';
import { vectorOfRows } from '../fixtures/vector-of-rows';
import { complete } from '../graph/steps';
import { buildTopology } from './build';
import { imagesView } from './images';

const OPTIONS = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

it('makes one node of all references to an image, and sums over all of them', () => {
  const references = ['app', 'app:latest', 'docker.io/library/app', `app@${DIGEST}`];
  const containerInfo = vectorOfRows(
    references.map((image, index) => ({
      labels: { host: 'web-1', container_id: `c${index}`, name: `app-${index}`, image, image_id: 'sha256:1' },
      value: 1,
    })),
  );
  const containerState = vectorOfRows(
    references.map((_, index) => ({
      labels: { host: 'web-1', container_id: `c${index}`, state: 'running' },
      value: 1,
    })),
  );
  const { nodes } = complete(
    buildTopology(imagesView, { containerInfo, containerState }, OPTIONS, { at: 0, notices: [] }),
  );
  expect(nodes.map(({ label, count }) => [label, count])).toEqual([['app', 4]]);
  const [node] = nodes;
  expect(node?.facts).toContainEqual({
    key: 'reference',
    label: 'Started as',
    values: ['app', 'app:latest', `app@${DIGEST}`, 'docker.io/library/app'],
  });
  expect(node?.metrics[0]?.expr).toContain(`image=~"app|app:latest|app@${DIGEST}|docker\\\\.io/library/app"`);
});
