import type Docker from 'dockerode';
import { buildDemoImages, DEMO_IMAGES } from './demo-images.js';
import { DEMO_CONTAINERS, DEMO_LABEL, DEMO_NETWORK, type DemoContainer } from './demo-containers.js';
import { demoOwner, ownerLabel, type DemoOwner } from './demo-owner.js';
import { publishedPort } from './published-port.js';

/**
 * Builds and starts the three-tier application: a load generator, two load balancers, two application servers, three
 * databases. Removes what it made when it cannot be finished. There is one demo at most on an engine.
 *
 * @returns a sentence for the user
 */
export async function startDemo(
  docker: Docker,
  owner: DemoOwner,
  stateDir: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const other = await demoOwner(docker);
  if (other) {
    return `not started: that of process ${other.pid} runs on this engine`;
  }
  const labels = { ...DEMO_LABEL, ...ownerLabel(owner) };
  try {
    await buildDemoImages(docker, stateDir, env);
    await docker.createNetwork({ Name: DEMO_NETWORK, Labels: labels });
    // One after the other, from the back to the front, so that no request fails.
    for (const container of DEMO_CONTAINERS) {
      await startContainer(docker, container, labels);
    }
    const port = await publishedPort(docker, 'toposcope-demo-lb1', '80/tcp');
    return `${DEMO_CONTAINERS.length} containers; its first load balancer answers on http://localhost:${port}/cgi-bin/request?1`;
  } catch (error) {
    await removeDemo(docker, owner);
    return `not running: ${(error as Error).message}`;
  }
}

/** Removes all containers, networks and images of the demo, unless they are of another process that still runs. */
export async function removeDemo(docker: Docker, owner: DemoOwner): Promise<void> {
  const other = await demoOwner(docker);
  if (other && other.pid !== owner.pid) {
    return;
  }
  const filters = { label: Object.entries(DEMO_LABEL).map(([name, value]) => `${name}=${value}`) };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(
    containers.map(({ Id }) => unlessGone(docker.getContainer(Id).remove({ force: true, v: true }))),
  );
  for (const { Id } of await docker.listNetworks({ filters })) {
    await unlessGone(docker.getNetwork(Id).remove());
  }
  for (const name of Object.values(DEMO_IMAGES)) {
    await unlessGone(docker.getImage(name).remove({ force: true }));
  }
}

async function startContainer(
  docker: Docker,
  { name, image, published }: DemoContainer,
  labels: Record<string, string>,
): Promise<void> {
  const container = await docker.createContainer({
    name,
    Image: image,
    Hostname: name,
    Labels: labels,
    HostConfig: {
      NetworkMode: DEMO_NETWORK,
      // A free port of the engine's choice, on loopback only: the demo is nobody else's business.
      PortBindings: published === undefined ? {} : { [published]: [{ HostIp: '127.0.0.1', HostPort: '' }] },
    },
    ExposedPorts: published === undefined ? {} : { [published]: {} },
  });
  await container.start();
}

/** Removing what is already gone, or just being removed, is what was wanted. */
async function unlessGone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode !== 404 && statusCode !== 409) {
      throw error;
    }
  }
}
