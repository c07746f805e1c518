import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SwarmServices, type SwarmService } from './swarm-services.js';

const log = { info: vi.fn(), warn: vi.fn() };
const engine = { info: vi.fn(), listServices: vi.fn() };
let told: readonly SwarmService[];
let swarm: SwarmServices;

beforeEach(() => {
  vi.resetAllMocks();
  engine.info.mockResolvedValue({ Swarm: { ControlAvailable: true } });
  told = [];
  swarm = new SwarmServices(engine, (services) => (told = services), log);
});

const web = { Name: 'shop_web', Labels: { 'com.docker.stack.namespace': 'shop' } };

describe('SwarmServices', () => {
  it.each<[string, object, SwarmService]>([
    [
      'what the manager counts',
      {
        Spec: { ...web, Mode: { Replicated: { Replicas: 3 } } },
        ServiceStatus: { RunningTasks: 2, DesiredTasks: 3 },
      },
      { namespace: 'shop', name: 'shop_web', desired: 3, running: 2 },
    ],
    [
      'how many tasks a global service has, one a node',
      { Spec: { Name: 'agent', Mode: { Global: {} } }, ServiceStatus: { RunningTasks: 5, DesiredTasks: 5 } },
      { namespace: '', name: 'agent', desired: 5, running: 5 },
    ],
    [
      'how many replicas an engine before 20.10 was asked for',
      { Spec: { ...web, Mode: { Replicated: { Replicas: 3 } } } },
      { namespace: 'shop', name: 'shop_web', desired: 3, running: undefined },
    ],
    [
      'nothing desired of a job, which is to end',
      {
        Spec: { Name: 'once', Mode: { ReplicatedJob: { MaxConcurrent: 1 } } },
        ServiceStatus: { RunningTasks: 0, DesiredTasks: 1 },
      },
      { namespace: '', name: 'once', desired: undefined, running: 0 },
    ],
  ])('tells %s', async (_what, service, expected) => {
    engine.listServices.mockResolvedValue([service]);
    await swarm.look();
    expect(told).toEqual([expected]);
    expect(log.warn).not.toHaveBeenCalled();
  });

  it.each([
    ['in no Swarm', { Swarm: { LocalNodeState: 'inactive', ControlAvailable: false } }],
    ['that is a worker', { Swarm: { LocalNodeState: 'active', ControlAvailable: false } }],
    ['that knows no Swarm', {}],
  ])('asks no engine %s for services', async (_which, info) => {
    engine.info.mockResolvedValue(info);
    await swarm.look();
    await swarm.list();
    expect(engine.listServices).not.toHaveBeenCalled();
    expect([told, log.warn.mock.calls]).toEqual([[], []]);
  });

  it('forgets what it knew when the manager does not answer, says it once, and tells again when it does', async () => {
    const services = [{ Spec: web, ServiceStatus: { RunningTasks: 1, DesiredTasks: 1 } }];
    engine.listServices.mockResolvedValue(services);
    await swarm.look();
    engine.listServices.mockRejectedValue(new Error('The swarm does not have a leader'));
    await swarm.list();
    await swarm.list();
    expect(told).toEqual([]);
    expect(log.warn.mock.calls).toEqual([
      [
        "How many replicas the Swarm's services should have is not known, since the engine does not tell it: The swarm does not have a leader",
      ],
    ]);
    engine.listServices.mockResolvedValue(services);
    await swarm.list();
    expect(told).toHaveLength(1);
  });
});
