import { describe, expect, it } from 'vitest';
import { ACTION_NAMES, ACTIONS, type ActionName } from '../protocol/action.js';
import { ROLE_OF_TIER, ROLES, TIERS, type Role, type Tier } from '../protocol/tiers.js';
import { customActionsFor, decide, type Question } from './decide.js';
import { parsePolicy } from './policy-file.js';
import { DEFAULT_POLICY } from './policy.js';

const EVERYTHING = parsePolicy('rules: [{ allow: "*" }]', 'test');

const OBJECT = {
  kind: 'deployment',
  namespace: 'store',
  name: 'shop',
  labels: { team: 'payments' },
  optedOut: false,
} as const;

function question(action: ActionName, over: Partial<Question> = {}): Question {
  return {
    action,
    tier: 'admin',
    role: 'Admin',
    user: 'alice',
    host: 'web-1',
    container:
      ACTIONS[action].target === 'container'
        ? {
            name: 'shop',
            image: 'registry.example/shop:1',
            labels: { 'com.docker.compose.project': 'store' },
          }
        : undefined,
    ...(ACTIONS[action].target === 'object' ? { host: 'cluster:prod', object: OBJECT } : {}),
    agentAllows: new Set(ACTION_NAMES),
    ...over,
  };
}

const TIER_OF_ROLE: Record<Role, Tier> = { Viewer: 'view', Editor: 'operate', Admin: 'admin' };
const DEFAULTS: readonly ActionName[] = ['list', 'inspect', 'top', 'logs', 'describe', 'workload-logs'];

describe('the defaults', () => {
  for (const role of ROLES) {
    for (const action of ACTION_NAMES) {
      const expected = DEFAULTS.includes(action);
      it(`${expected ? 'let' : 'do not let'} ${role} do ${action}`, () => {
        expect(
          decide(DEFAULT_POLICY, false, question(action, { role, tier: TIER_OF_ROLE[role] })).allowed,
        ).toBe(expected);
      });
    }
  }
});

describe('a rule that allows everything', () => {
  const ordinary = ACTION_NAMES.filter((name) => name !== 'custom');
  for (const tier of TIERS) {
    for (const action of ordinary) {
      const expected = TIERS.indexOf(tier) >= TIERS.indexOf(ACTIONS[action].tier);
      it(`${expected ? 'allows' : 'cannot allow'} ${action} by the route ${tier}`, () => {
        expect(decide(EVERYTHING, false, question(action, { tier, role: ROLE_OF_TIER[tier] })).allowed).toBe(
          expected,
        );
      });
    }
  }

  it.each(ordinary.filter((action) => ACTIONS[action].tier !== 'view'))(
    'does not let a Viewer who got hold of the admin route do %s',
    (action) => {
      const decision = decide(EVERYTHING, false, question(action, { tier: 'admin', role: 'Viewer' }));
      expect(decision).toMatchObject({ allowed: false, code: 'tier-refused' });
    },
  );

  it.each(ordinary.filter((action) => ACTIONS[action].target === 'container'))(
    'yields to the label toposcope.actions=none for %s',
    (action) => {
      const container = { name: 'shop', image: 'x', labels: { 'toposcope.actions': 'none' } };
      expect(decide(EVERYTHING, false, question(action, { container }))).toMatchObject({ code: 'opted-out' });
    },
  );

  it.each(ordinary.filter((action) => ACTIONS[action].target === 'object'))(
    'yields to an object that takes no actions for %s',
    (action) => {
      const object = { ...OBJECT, optedOut: true };
      expect(decide(EVERYTHING, false, question(action, { object }))).toMatchObject({ code: 'opted-out' });
    },
  );

  it.each(ordinary.filter((action) => ACTIONS[action].target === 'object'))(
    'cannot allow %s on a host or container',
    (action) => {
      const container = question('stop').container;
      for (const over of [{ object: undefined }, { object: undefined, container }]) {
        expect(decide(EVERYTHING, false, question(action, over))).toMatchObject({ code: 'bad-request' });
      }
    },
  );

  it.each(ordinary.filter((action) => ACTIONS[action].target !== 'object'))(
    'cannot allow %s on an object of a cluster',
    (action) => {
      expect(decide(EVERYTHING, false, question(action, { object: OBJECT }))).toMatchObject({
        code: 'bad-request',
      });
    },
  );

  it.each(ordinary.filter((action) => ACTIONS[action].target === 'container'))(
    'cannot allow %s on a host, whose containers it is for',
    (action) => {
      expect(decide(EVERYTHING, false, question(action, { container: undefined }))).toMatchObject({
        code: 'bad-request',
      });
    },
  );

  it.each(ordinary.filter((action) => ACTIONS[action].changes))('yields to --read-only for %s', (action) => {
    expect(decide(EVERYTHING, true, question(action))).toMatchObject({ code: 'read-only' });
  });

  it.each(ordinary.filter((action) => !ACTIONS[action].changes))('keeps %s under --read-only', (action) => {
    expect(decide(EVERYTHING, true, question(action)).allowed).toBe(true);
  });

  it('yields to the ceiling of the agent', () => {
    const agentAllows = new Set<ActionName>(['logs']);
    expect(decide(EVERYTHING, false, question('exec', { agentAllows }))).toMatchObject({
      code: 'agent-refused',
    });
    expect(decide(EVERYTHING, false, question('logs', { agentAllows })).allowed).toBe(true);
  });
});

describe('the scope of a rule', () => {
  it.each([
    ['users: ["al*"]', true],
    ['users: [bob]', false],
    ['hosts: ["web-?"]', true],
    ['hosts: [db-1]', false],
    ['role: Admin', true],
    ['containers: { names: [shop] }', true],
    ['containers: { names: [shop-2] }', false],
    ['containers: { images: ["registry.example/*"] }', true],
    ['containers: { images: ["docker.io/*"] }', false],
    ['containers: { namespaces: [store] }', true],
    ['containers: { namespaces: [kube-system] }', false],
    ['containers: { labels: { com.docker.compose.project: "st*" } }', true],
    ['containers: { labels: { missing: "*" } }', false],
    ['containers: { labels: { constructor: "*" } }', false],
    ['users: [alice], hosts: [db-1]', false],
  ])('%s: exec is %s', (scope, expected) => {
    const policy = parsePolicy(`rules: [{ allow: [exec], ${scope} }]`, 'test');
    expect(decide(policy, false, question('exec')).allowed).toBe(expected);
  });

  it('with containers in it never holds for a host', () => {
    const policy = parsePolicy('rules: [{ allow: "*", containers: { names: ["*"] } }]', 'test');
    expect(decide(policy, false, question('host-shell')).allowed).toBe(false);
  });

  it.each([
    ['objects: { clusters: [prod] }', true],
    ['objects: { clusters: ["cluster:*"] }', false],
    ['objects: { clusters: [test] }', false],
    ['objects: { namespaces: ["st*"] }', true],
    ['objects: { namespaces: [kube-system] }', false],
    ['objects: { kinds: [pod, deployment] }', true],
    ['objects: { kinds: [statefulset] }', false],
    ['objects: { names: ["sho?"] }', true],
    ['objects: { names: [vault] }', false],
    ['objects: { labels: { team: "pay*" } }', true],
    ['objects: { labels: { constructor: "*" } }', false],
    ['objects: { namespaces: [store], names: [vault] }', false],
    ['objects: {}', true],
    ['users: [alice]', true],
    ['hosts: ["*"]', false],
    ['containers: {}', false],
  ])('%s: scale is %s', (scope, expected) => {
    const policy = parsePolicy(`rules: [{ allow: [scale], ${scope} }]`, 'test');
    expect(decide(policy, false, question('scale')).allowed).toBe(expected);
  });

  it('with objects in it never holds for a host or a container', () => {
    const policy = parsePolicy('rules: [{ allow: "*", objects: {} }]', 'test');
    for (const action of ['host-shell', 'stop'] as const) {
      expect(decide(policy, false, question(action)).allowed).toBe(false);
    }
  });

  it('asks for a role or a stronger one', () => {
    const policy = parsePolicy('rules: [{ allow: [stop], role: Editor }]', 'test');
    expect(decide(policy, false, question('stop', { role: 'Editor', tier: 'operate' })).allowed).toBe(true);
    expect(decide(policy, false, question('stop', { role: 'Admin' })).allowed).toBe(true);
    expect(decide(policy, false, question('stop', { role: 'Viewer', tier: 'operate' })).allowed).toBe(false);
  });
});

describe('deny', () => {
  it('beats allow, whichever comes first', () => {
    for (const rules of ['{ deny: [exec] }, { allow: "*" }', '{ allow: "*" }, { deny: [exec] }']) {
      const policy = parsePolicy(`rules: [${rules}]`, 'test');
      expect(decide(policy, false, question('exec')).allowed).toBe(false);
      expect(decide(policy, false, question('stop')).allowed).toBe(true);
    }
  });

  it('beats the defaults', () => {
    const policy = parsePolicy('rules: [{ deny: [logs], containers: { names: ["sh*"] } }]', 'test');
    expect(decide(policy, false, question('logs')).allowed).toBe(false);
    expect(decide(policy, false, question('top')).allowed).toBe(true);
  });
});

describe('custom actions', () => {
  const policy = parsePolicy(
    `actions:
      - { name: reload, label: Reload, command: [nginx, -s, reload], tier: operate, containers: { names: [shop] } }
      - { name: wipe, label: Wipe, command: [wipe], tier: admin, users: [root] }`,
    'test',
  );

  it('are allowed where they say and to the role of their tier', () => {
    const asks = (over: Partial<Question>) =>
      decide(policy, false, question('custom', { custom: 'reload', ...over }));
    expect(asks({ tier: 'operate', role: 'Editor' }).allowed).toBe(true);
    expect(asks({ tier: 'view', role: 'Viewer' }).allowed).toBe(false);
    expect(asks({ container: { name: 'other', image: '', labels: {} } }).allowed).toBe(false);
    expect(asks({ custom: 'unknown' }).allowed).toBe(false);
    expect(asks({ custom: 'wipe' }).allowed).toBe(false);
  });

  it('are listed when they would be done', () => {
    expect(
      customActionsFor(policy, false, question('list', question('exec'))).map(({ name }) => name),
    ).toEqual(['reload']);
    expect(customActionsFor(policy, true, question('exec'))).toEqual([]);
  });
});
