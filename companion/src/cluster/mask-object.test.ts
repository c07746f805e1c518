import { describe, expect, it } from 'vitest';
import { maskObject } from './mask-object.js';

describe('a described object', () => {
  it.each<[string, unknown, unknown]>([
    [
      'values of the environment',
      {
        env: [
          { name: 'LEVEL', value: 'debug' },
          { name: 'FROM', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
        ],
      },
      {
        env: [
          { name: 'LEVEL', value: '***' },
          { name: 'FROM', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
        ],
      },
    ],
    ['values of a Swarm service’s environment', { Env: ['A=1', 'B=x=y'] }, { Env: { A: '***', B: '***' } }],
    [
      'what looks like a secret among the words of a command',
      { command: ['run', '--password=hush', '--port=80'], args: ['--token', 'hush'] },
      { command: ['run', '--password=***', '--port=80'], args: ['--token', '***'] },
    ],
    [
      'headers of a probe',
      { httpGet: { path: '/', httpHeaders: [{ name: 'Authorization', value: 'Basic aHVzaA==' }] } },
      { httpGet: { path: '/', httpHeaders: [{ name: 'Authorization', value: '***' }] } },
    ],
    [
      'all data of a Secret',
      { kind: 'Secret', type: 'Opaque', data: { user: 'aHVzaA==' }, stringData: { user: 'hush' } },
      { kind: 'Secret', type: 'Opaque', data: { user: '***' }, stringData: { user: '***' } },
    ],
    [
      'the copy of the whole object that kubectl keeps, and who changed which field',
      {
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"value":"hush"}', team: 'a' },
        managedFields: [{}],
      },
      { annotations: { team: 'a' } },
    ],
    [
      'texts whose name is a secret’s, but not where a secret is to be found',
      {
        apiToken: 'hush',
        'example.com/api-key': 'hush',
        secretName: 'db',
        passwordRef: 'db',
        automountServiceAccountToken: true,
      },
      {
        apiToken: '***',
        'example.com/api-key': '***',
        secretName: 'db',
        passwordRef: 'db',
        automountServiceAccountToken: true,
      },
    ],
    [
      'nothing of what is none',
      { replicas: 2, labels: { app: 'web' }, on: null, ports: [80] },
      { replicas: 2, labels: { app: 'web' }, on: null, ports: [80] },
    ],
  ])('hides %s', (_, object, expected) => {
    expect(maskObject(object)).toEqual(expected);
    expect(maskObject({ spec: [{ deeper: object }] })).toEqual({ spec: [{ deeper: expected }] });
  });
});
