import type Docker from 'dockerode';

/** The host's port behind which a container's port is published; throws where it is not. */
export async function publishedPort(docker: Docker, container: string, port: string): Promise<string> {
  const { NetworkSettings } = await docker.getContainer(container).inspect();
  const binding = NetworkSettings.Ports[port]?.[0];
  if (!binding) {
    throw new Error(`Docker published no port for ${port} of ${container}.`);
  }
  return binding.HostPort;
}
