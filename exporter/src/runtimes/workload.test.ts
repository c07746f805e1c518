import { describe, expect, it } from 'vitest';
import { workloadOf } from './workload.js';

const none = { namespace: '', kind: '', name: '', instance: '', podUid: '' };

describe('workloadOf', () => {
  it.each([
    ['no labels', {}, { ...none, orchestrator: 'none' }],
    [
      'Compose',
      {
        'com.docker.compose.project': 'shop',
        'com.docker.compose.service': 'web',
        'com.docker.compose.container-number': '2',
      },
      { ...none, orchestrator: 'compose', namespace: 'shop', kind: 'service', name: 'web', instance: '2' },
    ],
    [
      'a replica of a Swarm stack',
      {
        'com.docker.stack.namespace': 'shop',
        'com.docker.swarm.service.name': 'shop_web',
        'com.docker.swarm.task.name': 'shop_web.3.w8p2k7x',
      },
      { ...none, orchestrator: 'swarm', namespace: 'shop', kind: 'service', name: 'shop_web', instance: '3' },
    ],
    [
      'a Swarm service without a stack',
      { 'com.docker.swarm.service.name': 'web', 'com.docker.swarm.task.name': 'web.1.abc' },
      { ...none, orchestrator: 'swarm', kind: 'service', name: 'web', instance: '1' },
    ],
    [
      'a pod’s container',
      {
        'io.kubernetes.pod.name': 'web-7d9c5-x2x',
        'io.kubernetes.pod.namespace': 'shop',
        'io.kubernetes.pod.uid': '9a1c2f54-77d1',
        'io.kubernetes.container.name': 'nginx',
      },
      {
        orchestrator: 'kubernetes',
        namespace: 'shop',
        kind: 'pod',
        name: 'web-7d9c5-x2x',
        instance: 'web-7d9c5-x2x',
        podUid: '9a1c2f54-77d1',
      },
    ],
    [
      'Compose labels that Kubernetes runs',
      { 'com.docker.compose.service': 'web', 'io.kubernetes.pod.name': 'web' },
      { ...none, orchestrator: 'kubernetes', kind: 'pod', name: 'web', instance: 'web' },
    ],
  ])('reads %s', (_case, labels, workload) => {
    expect(workloadOf(new Map(Object.entries(labels)))).toEqual(workload);
  });
});
