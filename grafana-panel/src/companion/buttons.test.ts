import type { Capabilities } from '@toposcope/companion/protocol/requests.js';
import { describe, expect, it } from 'vitest';
import { actionButtons, toolButtons } from './buttons';

const ALL: Capabilities['allowed'] = [
  ...(['logs', 'top', 'start', 'stop', 'restart', 'pause', 'unpause', 'remove'] as const),
  ...(['exec', 'attach', 'host-shell'] as const),
];

function may(allowed: Capabilities['allowed'], custom: Capabilities['custom'] = []): Capabilities {
  return {
    user: 'alice',
    role: 'Admin',
    tier: 'admin',
    host: 'h',
    allowed,
    refused: {},
    custom,
    exportTo: null,
  };
}

function target(state: string, container = 'abc') {
  return { host: 'h', container, name: 'shop', state };
}

describe('the buttons of a container', () => {
  it.each([
    ['running', ['Restart', 'Pause', 'Stop', 'Remove']],
    ['paused', ['Resume', 'Restart', 'Stop', 'Remove']],
    ['exited', ['Start', 'Restart', 'Remove']],
    ['created', ['Start', 'Restart', 'Remove']],
  ])('that is %s do what that state allows', (state, labels) => {
    expect(actionButtons(may(ALL), target(state)).map(({ label }) => label)).toEqual(labels);
  });

  it('are none of a host, which is not stopped from here', () => {
    expect(
      actionButtons(
        may(ALL, [{ name: 'reload', label: 'Reload', icon: 'sync', confirm: false }]),
        target('running', ''),
      ),
    ).toEqual([]);
  });

  it('are those that the user may press, and no others', () => {
    expect(actionButtons(may(['restart']), target('running')).map(({ label }) => label)).toEqual(['Restart']);
    expect(actionButtons(may([]), target('running'))).toEqual([]);
    expect(toolButtons(may([]), target('running'))).toEqual([]);
  });

  it.each([
    ['running', ['Restart', 'Pause', 'Stop', 'Remove']],
    ['paused', ['Remove']],
    ['exited', ['Remove']],
  ])('that is %s ask before they take a service down', (state, labels) => {
    const asking = actionButtons(may(ALL), target(state)).filter(({ question }) =>
      question?.includes('shop'),
    );
    expect(asking.map(({ label }) => label)).toEqual(labels);
  });

  it('ask before a container is removed', () => {
    expect(actionButtons(may(['remove']), target('running'))[0]?.question).toContain('shop');
  });

  it("have the policy's own among them, with a question where it says so", () => {
    const custom = [
      { name: 'reload', label: 'Reload', icon: 'sync', confirm: false },
      { name: 'flush', label: 'Flush', icon: 'fire', confirm: true },
    ];
    const buttons = actionButtons(may([], custom), target('running'));
    expect(
      buttons.map(({ label, action, question }) => ({ label, action, asks: question !== undefined })),
    ).toEqual([
      { label: 'Reload', action: { action: 'custom', name: 'reload' }, asks: false },
      { label: 'Flush', action: { action: 'custom', name: 'flush' }, asks: true },
    ]);
  });
});

describe('what can be opened', () => {
  it.each([
    ['a running container', target('running'), ['logs', 'exec', 'attach', 'processes']],
    ['a stopped container', target('exited'), ['logs']],
    ['a host', target('', ''), ['host-shell']],
  ])('of %s', (_, of, kinds) => {
    expect(toolButtons(may(ALL), of).map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('the buttons of an object of a cluster', () => {
  const object = { cluster: 'prod', kind: 'deployment', namespace: 'shop', name: 'web' } as const;
  const web = { host: 'prod', container: '', name: 'web', state: '', object };
  const EVERYTHING = may([
    ...(['describe', 'workload-logs', 'scale', 'rollout-restart', 'suspend', 'resume'] as const),
    ...(['delete-pod', 'cordon', 'uncordon'] as const),
  ]);

  it('are those that it takes now and the user may press', () => {
    const labels = (allowed: Capabilities['allowed']) =>
      actionButtons(may(allowed), web).map(({ label }) => label);
    expect(labels(['describe', 'scale', 'rollout-restart'])).toEqual(['Scale', 'Restart']);
    expect(labels(['cordon'])).toEqual(['Cordon']);
    expect(labels(['describe'])).toEqual([]);
  });

  it('begin with the replicas that are wanted now', () => {
    const capabilities = { ...may(['scale']), object: { ...object, replicas: 3 } };
    expect(actionButtons(capabilities, web)[0]?.action).toEqual({ action: 'scale', replicas: 3 });
  });

  it('ask before anything ends', () => {
    const asking = actionButtons(EVERYTHING, web).filter(({ question }) => question !== undefined);
    expect(asking.map(({ key }) => key)).toEqual(['rollout-restart', 'cordon', 'delete-pod']);
  });

  it('open logs and a description, and no shell on a host', () => {
    expect(toolButtons(EVERYTHING, web).map(({ kind }) => kind)).toEqual(['logs', 'describe']);
    expect(toolButtons(may(['host-shell']), web)).toEqual([]);
  });
});
