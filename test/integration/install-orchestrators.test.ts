import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { DaemonSet } from 'kubernetes-models/apps/v1/DaemonSet';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole';
import { ClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding';
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const COMPOSE = path.resolve(import.meta.dirname, '../../compose');
const run = promisify(execFile);
const KUBECTL = (process.env.PATH ?? '')
  .split(':')
  .some((folder) => existsSync(path.join(folder, 'kubectl')));
const SECRETS = ['view.token', 'operate.token', 'admin.token', 'join.token', 'gateway.key', 'gateway.pub'];

const MODELS = {
  ClusterRole,
  ClusterRoleBinding,
  DaemonSet,
  Deployment,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  PodMonitor,
  PrometheusRule,
  Role,
  Service,
  ServiceAccount,
  ServiceMonitor,
} as const;

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Throws what the schema of its kind has against it. */
function validate(manifest: Manifest): void {
  const Model = MODELS[manifest.kind as keyof typeof MODELS] as unknown as new (object: Manifest) => {
    validate(): void;
  };
  new Model(manifest).validate();
}

describe('the Kubernetes manifests', async () => {
  const folder = path.join(COMPOSE, 'kubernetes');
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith('.yaml') && !/kustomization\.yaml$|policy\.yaml$/.test(file),
  );
  const policies = ['', 'companion/', 'cluster/base/'].map((part) => `${part}network-policy.yaml`);
  const manifests: Manifest[] = [];
  for (const file of [...files, ...policies]) {
    const text = await readFile(path.join(folder, file), 'utf8');
    manifests.push(...parseAllDocuments(text).map((document) => document.toJS() as Manifest));
  }

  it.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    '%s is what the schema of its kind asks for',
    (_, manifest) => {
      expect(() => validate(manifest)).not.toThrow();
    },
  );

  it('would be refused with a misspelt field or a value of the wrong type', () => {
    const daemonSet = manifests.find(({ kind }) => kind === 'DaemonSet');
    expect(() =>
      validate({ kind: 'DaemonSet', metadata: { name: 'x' }, ...daemonSet, spec: { selector: 1 } }),
    ).toThrow();
  });

  it('run no privileged container, and give the exporter its six capabilities', () => {
    const text = JSON.stringify(manifests);
    expect(text).not.toContain('"privileged":true');
    expect(text).toContain(
      '["NET_ADMIN","NET_BROADCAST","NET_RAW","SYS_ADMIN","SYS_PTRACE","DAC_READ_SEARCH"]',
    );
  });

  describe.skipIf(!KUBECTL)('built by kubectl kustomize (skipped where there is no kubectl)', () => {
    let copy: string;
    beforeAll(async () => {
      copy = await mkdtemp(path.join(tmpdir(), 'toposcope-kustomize-'));
      await cp(folder, copy, { recursive: true });
      await mkdir(path.join(copy, 'companion/secrets'), { recursive: true });
      for (const name of [...SECRETS, 'tls.crt', 'tls.key']) {
        await writeFile(path.join(copy, 'companion/secrets', name), name);
      }
    });
    afterAll(() => rm(copy, { recursive: true, force: true }));

    it.each<[string, string[]]>([
      ['.', ['DaemonSet', 'Namespace', 'NetworkPolicy', 'Role', 'ServiceAccount']],
      ['monitoring', ['PodMonitor', 'PrometheusRule', 'ServiceMonitor']],
      ...['view', 'operate', 'admin'].map((tier): [string, string[]] => [
        `cluster/${tier}`,
        ['ClusterRole', 'ClusterRoleBinding', 'ConfigMap', 'Deployment'],
      ]),
      ['companion', ['ConfigMap', 'DaemonSet', 'Deployment', 'NetworkPolicy', 'NetworkPolicy']],
    ])('%s is whole', async (part, kinds) => {
      const { stdout } = await run('kubectl', ['kustomize', path.join(copy, part)]);
      const built = parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
      expect(built.map(({ kind }) => kind).toSorted()).toEqual(expect.arrayContaining(kinds));
    });
  });
});

describe('swarm.yml', () => {
  it('is taken by docker-compose, with the exporter and the agent on every node', async () => {
    const copy = await mkdtemp(path.join(tmpdir(), 'toposcope-swarm-'));
    try {
      await cp(path.join(COMPOSE, 'swarm.yml'), path.join(copy, 'swarm.yml'));
      await cp(path.join(COMPOSE, 'gateway'), path.join(copy, 'gateway'), { recursive: true });
      await mkdir(path.join(copy, 'secrets'));
      for (const name of SECRETS) {
        await writeFile(path.join(copy, 'secrets', name), name);
      }
      const { stdout } = await run('docker-compose', ['-f', 'swarm.yml', 'config'], { cwd: copy });
      const { services } = parse(stdout) as {
        services: Record<string, { deploy: { mode?: string; replicas?: number } }>;
      };
      expect(services.exporter?.deploy.mode).toBe('global');
      expect(services.agent?.deploy.mode).toBe('global');
      expect(services.gateway?.deploy.replicas).toBe(2);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});
