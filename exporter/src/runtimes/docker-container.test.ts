import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseContainer } from './docker-container.js';

const ID = '5da67f863aba'.padEnd(64, '0');

/** Taken from Docker 20.10 for a container of a Compose project, cut down to what is read, and a few odd values. */
const INSPECTION = {
  Id: ID,
  Created: '2026-11-21T02:30:11.123456789Z',
  Path: 'httpd',
  Args: ['-f', '-p', '80'],
  State: {
    Status: 'running',
    Running: true,
    Pid: 4711,
    ExitCode: 0,
    StartedAt: '2026-11-21T02:30:12.5Z',
    FinishedAt: '0001-01-01T00:00:00Z',
    Health: { Status: 'healthy', FailingStreak: 0, Log: [] },
  },
  Image: 'sha256:e5bee024411338ab2defb2d988d95d873bc08c353a3ee90faeed8be2e92bc081',
  Name: '/shop_web_1',
  RestartCount: 2,
  HostConfig: { NetworkMode: 'shop_default' },
  Config: {
    Hostname: '5da67f863aba',
    Image: 'shop/web:1',
    Labels: { 'com.docker.compose.project': 'shop' },
    Env: ['PASSWORD=secret', 'MESOS_TASK_ID=a=b'],
  },
  NetworkSettings: {
    Ports: {
      '80/tcp': [
        { HostIp: '0.0.0.0', HostPort: '8080' },
        { HostIp: '::', HostPort: '8080' },
      ],
      '53/udp': [{ HostIp: '', HostPort: '5353' }],
      '443/tcp': null,
      '9/dccp': [{ HostIp: '', HostPort: '9' }],
    },
    Networks: {
      shop_default: { IPAddress: '172.19.0.9', GlobalIPv6Address: 'fd00:1::9' },
      none: { IPAddress: '', GlobalIPv6Address: '' },
      pending: null,
    },
  },
};

describe('parseContainer', () => {
  it('reads an inspection whole', () => {
    expect(parseContainer(INSPECTION, 'docker')).toEqual({
      id: '5da67f863aba',
      fullId: ID,
      name: 'shop_web_1',
      image: 'shop/web:1',
      imageId: INSPECTION.Image,
      runtime: 'docker',
      hostname: '5da67f863aba',
      command: 'httpd -f -p 80',
      labels: new Map([['com.docker.compose.project', 'shop']]),
      environment: new Map([['MESOS_TASK_ID', 'a=b']]),
      state: 'running',
      health: 'healthy',
      createdSeconds: Date.UTC(2026, 10, 21, 2, 30, 11, 123) / 1000,
      startedSeconds: Date.UTC(2026, 10, 21, 2, 30, 12, 500) / 1000,
      restarts: 2,
      exitCode: undefined,
      pid: 4711,
      networkMode: 'shop_default',
      addresses: [
        { network: 'shop_default', ip: '172.19.0.9' },
        { network: 'shop_default', ip: 'fd00:1::9' },
      ],
      ports: [
        { hostIp: '0.0.0.0', hostPort: 8080, port: 80, protocol: 'tcp' },
        { hostIp: '::', hostPort: 8080, port: 80, protocol: 'tcp' },
        { hostIp: '0.0.0.0', hostPort: 5353, port: 53, protocol: 'udp' },
      ],
    });
  });

  it('needs nothing but the id', () => {
    expect(parseContainer({ Id: ID }, 'docker')).toMatchObject({
      name: '',
      state: 'created',
      pid: 0,
      startedSeconds: undefined,
      exitCode: undefined,
      labels: new Map(),
      addresses: [],
      ports: [],
    });
  });

  it.each([
    ['exited', '2026-01-01T00:00:00Z', 137],
    ['dead', '2026-01-01T00:00:00Z', 137],
    ['exited', '0001-01-01T00:00:00Z', undefined],
    ['running', '2026-01-01T00:00:00Z', undefined],
  ])('gives a container that is %s since its start at %s the exit code %s', (Status, StartedAt, exitCode) => {
    expect(parseContainer({ Id: ID, State: { Status, StartedAt, ExitCode: 137 } }, '').exitCode).toBe(
      exitCode,
    );
  });

  it.each([
    ['configured', 'created'],
    ['initialized', 'created'],
    ['stopped', 'exited'],
    ['stopping', 'running'],
    ['paused', 'paused'],
    ['something new', 'created'],
  ])('takes the state %s for %s', (Status, state) => {
    expect(parseContainer({ Id: ID, State: { Status } }, '').state).toBe(state);
  });

  it.each([
    ['none', undefined],
    ['', undefined],
    ['unhealthy', 'unhealthy'],
  ])('takes the health %j for %s', (Status, health) => {
    expect(parseContainer({ Id: ID, State: { Health: { Status } } }, '').health).toBe(health);
    expect(parseContainer({ Id: ID, State: { Healthcheck: { Status } } }, '').health).toBe(health);
  });

  it.each([
    ['no object', 'container', /unknown way/],
    ['no id', {}, /Id/],
    ['an id that is none', { Id: '../../etc' }, /64 hex digits: "..\/..\/etc"/],
    ['a name of another kind', { Id: ID, Name: 7 }, /Name/],
  ])('refuses %s', (_case, answer, message) => {
    expect(() => parseContainer(answer, 'docker')).toThrow(message);
  });

  it('throws nothing but its own errors, whatever the answer', () => {
    fc.assert(
      fc.property(fc.anything(), (answer) => {
        try {
          parseContainer({ ...INSPECTION, ...(answer as object) }, 'docker');
        } catch (error) {
          expect((error as Error).message).toMatch(/^The engine described a container/);
        }
      }),
    );
  });
});
