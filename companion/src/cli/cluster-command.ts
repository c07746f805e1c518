import type { Command } from 'commander';
import type { Logger } from 'pino';
import { connectEngine } from '../agent/engine.js';
import { PermitVerifier } from '../agent/permit-verifier.js';
import { kubernetesAccess } from '../cluster/kubernetes/access.js';
import { ApiClient } from '../cluster/kubernetes/api-client.js';
import { kubernetes } from '../cluster/kubernetes/kubernetes.js';
import type { Orchestrator } from '../cluster/orchestrator.js';
import { performOnObject } from '../cluster/perform-on-object.js';
import { swarm } from '../cluster/swarm/swarm.js';
import { OBJECT_ACTION_NAMES, type ActionName } from '../protocol/action.js';
import { clusterAgentName } from '../protocol/objects.js';
import { addConnectionFlags, serveGateways, type ConnectionFlags } from './connection.js';
import { readableFile } from './files.js';
import { flag, parseAllowed, parseHostName } from './flags.js';

interface ClusterFlags extends ConnectionFlags {
  readonly 'cluster.name': string;
  readonly orchestrator: 'kubernetes' | 'swarm';
  readonly 'kubernetes.config'?: string;
  readonly 'engine.socket': string;
  readonly allow: readonly ActionName[];
}

/** Like `agent`, for what has no host: an orchestrator's objects. It needs no agent on any host. */
export function addClusterCommand(program: Command, version: string, logger: () => Logger): void {
  const command = program
    .command('cluster')
    .description("serve one cluster's objects to the gateways it dials; listens on nothing");
  addConnectionFlags(command)
    .addOption(
      flag('--cluster.name <name>', 'the name of this cluster, as in the cluster label of its metrics')
        .argParser(parseHostName)
        .makeOptionMandatory(),
    )
    .addOption(
      flag('--orchestrator <which>', 'what the cluster is')
        .choices(['kubernetes', 'swarm'])
        .default('kubernetes'),
    )
    .addOption(
      flag('--kubernetes.config <path>', "a kubeconfig; default: the pod's own service account").argParser(
        readableFile("write it, or leave it out for the pod's own service account"),
      ),
    )
    .addOption(
      flag('--engine.socket <path>', "for a Swarm: the socket of a manager's engine").default(
        '/var/run/docker.sock',
      ),
    )
    .addOption(
      flag('--allow <actions>', 'what this cluster lets through at most: names with commas, or all')
        .argParser((text) => parseAllowed(text, OBJECT_ACTION_NAMES))
        .default(OBJECT_ACTION_NAMES, 'all'),
    )
    .action((flags: ClusterFlags) => runCluster(flags, version, logger()));
}

async function runCluster(flags: ClusterFlags, version: string, log: Logger): Promise<void> {
  const host = clusterAgentName(flags['cluster.name']);
  const orchestrator = await orchestratorOf(flags);
  const allows = new Set(flags.allow);
  await serveGateways(
    flags,
    { host, version, allows: [...flags.allow] },
    {
      perform: (claims, signal) => performOnObject(orchestrator, allows, claims, signal),
      verifier: new PermitVerifier(host, flags['gateway.keyFile']),
      log,
    },
    log,
  );
}

async function orchestratorOf(flags: ClusterFlags): Promise<Orchestrator> {
  return flags.orchestrator === 'swarm'
    ? swarm(connectEngine(flags['engine.socket']))
    : kubernetes(new ApiClient(await kubernetesAccess(flags['kubernetes.config'])));
}
