import { performOnObject } from '../../companion/src/cluster/perform-on-object.js';
import { OBJECT_ACTION_NAMES, type ActionName } from '../../companion/src/protocol/action.js';
import { startAgent, until, type Secrets, type TestGateway } from './companion.js';

/** An agent of a cluster that allows all that there is for its objects, connected. */
export async function startClusterAgent(
  secrets: Secrets,
  gateway: TestGateway,
  cluster: string,
  orchestrator: Parameters<typeof performOnObject>[0],
): Promise<{ stop(): Promise<void> }> {
  const allows = new Set<ActionName>(OBJECT_ACTION_NAMES);
  const known = gateway.register.size;
  const agent = startAgent(secrets, {
    host: `cluster:${cluster}`,
    gateway: new URL(gateway.url),
    allows: OBJECT_ACTION_NAMES,
    perform: (claims, signal) => performOnObject(orchestrator, allows, claims, signal),
  });
  await until('the agent is connected', () => gateway.register.size > known);
  return agent;
}
