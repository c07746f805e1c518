import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { workloadDoubts, workloadOf } from './workload.js';
import { workloadVariables } from './workload-variables.js';

const none = { namespace: '', kind: '', name: '', instance: '', podUid: '' };

const COMPOSE = {
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': 'web',
  'com.docker.compose.container-number': '2',
};
const SWARM = { 'com.docker.swarm.service.name': 'web', 'com.docker.swarm.task.name': 'web.1.abc' };
const ECS = {
  'com.amazonaws.ecs.cluster': 'production',
  'com.amazonaws.ecs.container-name': 'app',
  'com.amazonaws.ecs.task-arn':
    'arn:aws:ecs:eu-west-1:123456789012:task/production/9781c248a1b24a2f8d6a3c4f10e7b5d2',
  'com.amazonaws.ecs.task-definition-family': 'shop-web',
  'com.amazonaws.ecs.task-definition-version': '17',
};
/** As Nomad's docker driver passes it to a task, cut down. */
const NOMAD = [
  'NOMAD_ALLOC_DIR=/alloc',
  'NOMAD_ALLOC_ID=5b1a9f3c-2d51-4a0e-b8a5-0c7b1f0e8d11',
  'NOMAD_ALLOC_INDEX=1',
  'NOMAD_ALLOC_NAME=shop.cache[1]',
  'NOMAD_DC=dc1',
  'NOMAD_GROUP_NAME=cache',
  'NOMAD_JOB_ID=shop',
  'NOMAD_JOB_NAME=shop',
  'NOMAD_NAMESPACE=production',
  'NOMAD_TASK_NAME=redis',
  'VAULT_TOKEN=hush',
];
/** As Marathon passes it to a task, cut down. */
const MARATHON = [
  'MARATHON_APP_ID=/production/shop/web',
  'MARATHON_APP_VERSION=2020-03-04T05:06:07.890Z',
  'MESOS_TASK_ID=production_shop_web.instance-4f6f.1',
  'PORT0=31002',
];
const POD = {
  'io.kubernetes.pod.name': 'web-7d9c5-x2x',
  'io.kubernetes.pod.namespace': 'shop',
  'io.kubernetes.pod.uid': '9a1c2f54-77d1',
  'io.kubernetes.container.name': 'nginx',
};

function read(labels: Readonly<Record<string, string>>, environment: readonly string[] = []) {
  return workloadOf({
    labels: new Map(Object.entries(labels)),
    environment: workloadVariables(environment),
  });
}

describe('workloadOf', () => {
  it.each<[string, Record<string, string>, string[], object]>([
    ['no labels', {}, [], { ...none, orchestrator: 'none' }],
    [
      'Compose',
      COMPOSE,
      [],
      { ...none, orchestrator: 'compose', namespace: 'shop', kind: 'service', name: 'web', instance: '2' },
    ],
    [
      'a replica of a Swarm stack',
      {
        'com.docker.stack.namespace': 'shop',
        'com.docker.swarm.service.name': 'shop_web',
        'com.docker.swarm.task.name': 'shop_web.3.w8p2k7x',
      },
      [],
      { ...none, orchestrator: 'swarm', namespace: 'shop', kind: 'service', name: 'shop_web', instance: '3' },
    ],
    [
      'a Swarm service without a stack',
      SWARM,
      [],
      { ...none, orchestrator: 'swarm', kind: 'service', name: 'web', instance: '1' },
    ],
    [
      'a pod’s container',
      POD,
      [],
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
      'a task of ECS',
      ECS,
      [],
      {
        ...none,
        orchestrator: 'ecs',
        namespace: 'production',
        kind: 'task',
        name: 'shop-web',
        instance: '9781c248a1b24a2f8d6a3c4f10e7b5d2',
      },
    ],
    [
      'a task of ECS whose cluster is named by its ARN',
      { ...ECS, 'com.amazonaws.ecs.cluster': 'arn:aws:ecs:eu-west-1:123456789012:cluster/production' },
      [],
      expect.objectContaining({ namespace: 'production', name: 'shop-web' }) as object,
    ],
    [
      'a task of Nomad',
      { 'com.hashicorp.nomad.alloc_id': '5b1a9f3c-2d51-4a0e-b8a5-0c7b1f0e8d11' },
      NOMAD,
      {
        ...none,
        orchestrator: 'nomad',
        namespace: 'production',
        kind: 'group',
        name: 'shop.cache',
        instance: '1.redis',
      },
    ],
    [
      'a task of Nomad by its extra labels alone',
      {
        'com.hashicorp.nomad.alloc_id': '5b1a9f3c-2d51-4a0e-b8a5-0c7b1f0e8d11',
        'com.hashicorp.nomad.job_name': 'shop',
        'com.hashicorp.nomad.namespace': 'default',
        'com.hashicorp.nomad.task_group_name': 'cache',
        'com.hashicorp.nomad.task_name': 'redis',
      },
      [],
      {
        ...none,
        orchestrator: 'nomad',
        namespace: 'default',
        kind: 'group',
        name: 'shop.cache',
        instance: '5b1a9f3c.redis',
      },
    ],
    [
      'an app of Marathon',
      {},
      MARATHON,
      {
        ...none,
        orchestrator: 'mesos',
        namespace: 'production/shop',
        kind: 'app',
        name: 'web',
        instance: 'production_shop_web.instance-4f6f.1',
      },
    ],
    [
      'a task of another framework of Mesos',
      {},
      ['MESOS_TASK_ID=chronos-7'],
      { ...none, orchestrator: 'mesos', kind: 'task', name: 'chronos-7', instance: 'chronos-7' },
    ],
  ])('reads %s', (_case, labels, environment, workload) => {
    expect(read(labels, environment)).toEqual(workload);
  });

  it.each<[string, Record<string, string>, string[], string]>([
    ['Kubernetes before all others', { ...COMPOSE, ...SWARM, ...ECS, ...POD }, NOMAD, 'kubernetes'],
    ['ECS before Nomad', ECS, NOMAD, 'ecs'],
    ['Nomad before Mesos', {}, [...MARATHON, ...NOMAD], 'nomad'],
    ['Mesos before Swarm', SWARM, MARATHON, 'mesos'],
    ['Swarm before Compose', { ...COMPOSE, ...SWARM }, [], 'swarm'],
    [
      'Compose where the others’ labels are empty',
      { ...COMPOSE, 'io.kubernetes.pod.name': '' },
      [],
      'compose',
    ],
    ['none where a label has no value', { 'com.docker.compose.service': ' ' }, [], 'none'],
    ['none where only the project is known', { 'com.docker.compose.project': 'shop' }, [], 'none'],
  ])('takes %s', (_case, labels, environment, orchestrator) => {
    expect(read(labels, environment).orchestrator).toBe(orchestrator);
  });

  it('takes a container that no orchestrator has for its Podman pod’s', () => {
    const pod = { id: 'f'.repeat(64), name: 'shop' };
    const of = (labels: Record<string, string>) =>
      workloadOf({ labels: new Map(Object.entries(labels)), environment: new Map(), pod });
    expect(of({})).toEqual({
      ...none,
      orchestrator: 'podman',
      kind: 'pod',
      name: 'shop',
      instance: 'shop',
      podUid: pod.id,
    });
    expect(of(COMPOSE)).toMatchObject({ orchestrator: 'compose', name: 'web', podUid: '' });
  });

  it('cuts absurd values to one line of bearable length', () => {
    const absurd = { 'com.docker.compose.service': `a\n\u0000b${'x'.repeat(100_000)}` };
    const { name } = read(absurd);
    expect(name).toMatch(/^a bx+…$/);
    expect(name).toHaveLength(255);
  });

  it('makes one-line words of whatever the labels hold', () => {
    const names = Object.keys({ ...COMPOSE, ...SWARM, ...ECS, ...POD });
    const anyText = fc
      .array(fc.integer({ min: 0, max: 0x3ff }))
      .map((codes) => String.fromCharCode(...codes));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), anyText), (labels) => {
        for (const text of Object.values(read(labels))) {
          expect(text).toMatch(/^\P{Cc}{0,255}$/u);
        }
      }),
    );
  });
});

describe('workloadDoubts', () => {
  it.each<[string, Record<string, string>, string[], string[]]>([
    ['nothing without labels', {}, [], []],
    ['nothing of the labels of one', COMPOSE, ['PATH=/bin'], []],
    [
      'which of two orchestrators has the container',
      { ...COMPOSE, ...SWARM },
      [],
      ['it has words of swarm and compose, and is taken for one of swarm'],
    ],
    [
      'which label is empty',
      { ...COMPOSE, 'io.kubernetes.pod.name': ' ' },
      [],
      ['io.kubernetes.pod.name has no value and is left out'],
    ],
    [
      'which label was cut',
      { ...COMPOSE, 'com.docker.compose.project': 'a\n'.repeat(1_000) },
      [],
      ['com.docker.compose.project cannot be a name and is cut to one line of 255 characters'],
    ],
    [
      'that a project alone names no workload',
      { 'com.docker.compose.project': 'shop' },
      [],
      ['it has words of compose (shop) and none that names a workload'],
    ],
    ['nothing of labels that tell no workload', { description: '' }, [], []],
  ])('say %s', (_what, labels, environment, doubts) => {
    const source = { labels: new Map(Object.entries(labels)), environment: workloadVariables(environment) };
    expect(workloadDoubts(source)).toEqual(doubts);
  });
});

describe('workloadVariables', () => {
  it('keeps no variable that is not known to tell a workload', () => {
    const kept = workloadVariables([...NOMAD, ...MARATHON, 'MESOS_TASK_ID', '=', 'PASSWORD=NOMAD_JOB_ID=x']);
    expect([...kept.keys()].sort()).toEqual([
      'MARATHON_APP_ID',
      'MESOS_TASK_ID',
      'NOMAD_ALLOC_ID',
      'NOMAD_ALLOC_INDEX',
      'NOMAD_GROUP_NAME',
      'NOMAD_JOB_ID',
      'NOMAD_JOB_NAME',
      'NOMAD_NAMESPACE',
      'NOMAD_TASK_NAME',
    ]);
    expect([...kept.values()]).not.toContain('hush');
  });
});
