import { describe, expect, it } from 'vitest';
import { hostName } from '../contract/ids.js';
import { SampleBuffer } from '../exposition/sample-buffer.js';
import { writeExposition } from '../exposition/text-format.js';
import type { Runtime } from '../runtimes/container.js';
import { parseContainer } from '../runtimes/docker-container.js';
import { RuntimeAbsent } from '../runtimes/runtime-error.js';
import { createContainerCollector } from './container.js';

const empty = { takenAt: 0, processes: new Map() };

function runtime(problem: Error | undefined, ...ids: string[]): Runtime {
  const containers = ids.map((digit) => parseContainer({ Id: digit.repeat(64) }, 'docker'));
  return {
    name: 'docker',
    socketPath: `/run/${ids.join('')}.sock`,
    containers: () => containers,
    problem: () => problem,
    close: () => Promise.resolve(),
  };
}

function collectorOf(...runtimes: Runtime[]) {
  return createContainerCollector({
    host: hostName('a'),
    procRoot: '/nonexistent',
    runtimes,
    mounts: { version: 'v2', unified: '/nonexistent', controllers: new Map() },
    processes: { refresh: () => empty, discover: () => empty },
    openFiles: { of: () => new Map() },
    log: { info: () => undefined },
    command: false,
    allowedLabels: [],
  });
}

function samplesOf(...runtimes: Runtime[]): number {
  const sink = new SampleBuffer();
  void collectorOf(...runtimes).collect(sink);
  return (
    sink.collected().blocks.find(({ heading }) => heading.name === 'toposcope_container_info')?.samples ?? 0
  );
}

describe('createContainerCollector', () => {
  it('stands on a host without any runtime, and says so in its mode', () => {
    const absent = runtime(new RuntimeAbsent('none'));
    expect(samplesOf(absent)).toBe(0);
    expect(collectorOf(absent).mode?.()).toBe('v2, no runtime');
  });

  it('fails with the runtime’s own words when there is one that does not answer', () => {
    expect(() => samplesOf(runtime(new Error('no permission'), 'a'))).toThrow('no permission');
  });

  it('gives the containers of one runtime beside another that is absent', () => {
    const both = [runtime(undefined, 'a'), runtime(new RuntimeAbsent('none'))];
    expect(samplesOf(...both)).toBe(1);
    expect(collectorOf(...both).mode?.()).toBe('v2');
  });

  it('gives the containers of the runtimes that answer, and says which one does not', () => {
    const some = [runtime(undefined, 'a'), runtime(new Error('no permission'), 'b'), runtime(undefined, 'c')];
    expect(samplesOf(...some)).toBe(2);
    const sink = new SampleBuffer();
    void collectorOf(...some).collect(sink);
    const text = writeExposition(sink.collected().blocks, 'prometheus').toString('utf8');
    expect(text.match(/toposcope_container_runtime_up\{.*/g)).toEqual([
      'toposcope_container_runtime_up{host="a",runtime="docker",socket="/run/a.sock"} 1',
      'toposcope_container_runtime_up{host="a",runtime="docker",socket="/run/b.sock"} 0',
      'toposcope_container_runtime_up{host="a",runtime="docker",socket="/run/c.sock"} 1',
    ]);
  });

  it('says which runtime does not answer where none does', () => {
    const sink = new SampleBuffer();
    expect(() => collectorOf(runtime(new Error('no permission'), 'a')).collect(sink)).toThrow(
      'no permission',
    );
    const { blocks } = sink.collectedBeforeFailure();
    expect(writeExposition(blocks, 'prometheus').toString('utf8')).toContain(
      'toposcope_container_runtime_up{host="a",runtime="docker",socket="/run/a.sock"} 0',
    );
    expect(blocks).toHaveLength(1);
  });

  it('tells of each service of a Swarm once how many replicas there should be and are', () => {
    const service = { namespace: 'shop', name: 'shop_web', desired: 3, running: 2 };
    const job = { namespace: '', name: 'once', desired: undefined, running: undefined };
    const manager = { ...runtime(undefined, 'a'), services: () => [service, job] };
    const gone = { ...runtime(new Error('gone'), 'b'), services: () => [{ ...service, name: 'old' }] };
    const sink = new SampleBuffer();
    void collectorOf(manager, manager, gone).collect(sink);
    const text = writeExposition(sink.collected().blocks, 'prometheus').toString('utf8');
    const labels =
      'host="a",orchestrator="swarm",namespace="shop",workload_kind="service",workload="shop_web"';
    expect(text.match(/^toposcope_workload_.*/gm)).toEqual([
      `toposcope_workload_desired_replicas{${labels}} 3`,
      `toposcope_workload_running_replicas{${labels}} 2`,
    ]);
  });

  it('counts a container that two runtimes know once', () => {
    expect(samplesOf(runtime(undefined, 'a', 'b'), runtime(undefined, 'b', 'c'))).toBe(3);
  });
});
