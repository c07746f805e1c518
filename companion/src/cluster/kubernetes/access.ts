import { existsSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';

/** Where the API server is, and what proves to it who asks. */
export interface Access {
  readonly server: URL;
  /** What proves who asks: certificates in the agent that speaks TLS, or a header. */
  readonly options: Omit<RequestOptions, 'headers'>;
  readonly headers: OutgoingHttpHeaders;
}

/** Reads the credentials anew each time: a service account's token is replaced while the pod runs. */
export type ReadAccess = () => Promise<Access>;

/** Where a pod finds its service account. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The access of a kubeconfig file, or of the pod's own service account where there is none. The client's package is
 * loaded here and nowhere else: it is large, and only clusters' agents need it.
 *
 * @param root what stands before the service account's folder; empty but in tests
 * @throws when neither is there, so that an agent does not start to know nothing
 */
export async function kubernetesAccess(kubeconfig: string | undefined, root = ''): Promise<ReadAccess> {
  if (kubeconfig === undefined && !existsSync(`${root}${SERVICE_ACCOUNT}/token`)) {
    throw new Error(
      'This is no pod with a service account (there is no token); name a kubeconfig by --kubernetes.config.',
    );
  }
  const { KubeConfig } = await import('@kubernetes/client-node');
  return async () => {
    const config = new KubeConfig();
    if (kubeconfig === undefined) {
      config.loadFromCluster(root);
    } else {
      config.loadFromFile(kubeconfig);
    }
    return await accessOf(config);
  };
}

async function accessOf(config: KubeConfig): Promise<Access> {
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new Error('The kubeconfig has no current context with a cluster.');
  }
  const options: RequestOptions & { headers: OutgoingHttpHeaders } = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const { headers, ...rest } = options;
  return { server: new URL(cluster.server), options: rest, headers };
}
