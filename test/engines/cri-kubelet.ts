import { credentials, makeClientConstructor, type Client, type MethodDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

/** What a kubelet writes (k8s.io/cri-api, pkg/apis/runtime/v1/api.proto): the half that the exporter never needs. */
const PROTOCOL = {
  nested: {
    runtime: {
      nested: {
        v1: {
          nested: {
            RuntimeService: {
              methods: {
                Version: call('Empty', 'Empty'),
                RunPodSandbox: call('RunPodSandboxRequest', 'SandboxId'),
                StopPodSandbox: call('SandboxId', 'Empty'),
                RemovePodSandbox: call('SandboxId', 'Empty'),
                ListPodSandbox: call('Empty', 'Sandboxes'),
                CreateContainer: call('CreateContainerRequest', 'ContainerId'),
                StartContainer: call('ContainerId', 'Empty'),
                StopContainer: call('ContainerId', 'Empty'),
                RemoveContainer: call('ContainerId', 'Empty'),
              },
            },
            Empty: message({}),
            SandboxId: message({ pod_sandbox_id: 'string 1' }),
            ContainerId: message({ container_id: 'string 1' }),
            Sandboxes: message({ items: 'repeated Sandbox 1' }),
            Sandbox: message({ id: 'string 1' }),
            RunPodSandboxRequest: message({ config: 'PodSandboxConfig 1' }),
            PodSandboxConfig: message({
              metadata: 'PodSandboxMetadata 1',
              hostname: 'string 2',
              log_directory: 'string 3',
              labels: 'map 6',
              linux: 'LinuxPodSandboxConfig 8',
            }),
            PodSandboxMetadata: message({ name: 'string 1', uid: 'string 2', namespace: 'string 3' }),
            LinuxPodSandboxConfig: message({
              cgroup_parent: 'string 1',
              security_context: 'LinuxSandboxSecurityContext 2',
            }),
            LinuxSandboxSecurityContext: message({ namespace_options: 'NamespaceOption 1' }),
            NamespaceOption: message({ network: 'int32 1', pid: 'int32 2' }),
            CreateContainerRequest: message({
              pod_sandbox_id: 'string 1',
              config: 'ContainerConfig 2',
              sandbox_config: 'PodSandboxConfig 3',
            }),
            ContainerConfig: message({
              metadata: 'ContainerMetadata 1',
              image: 'ImageSpec 2',
              command: 'repeated string 3',
              envs: 'repeated KeyValue 6',
              labels: 'map 9',
              annotations: 'map 10',
              linux: 'LinuxContainerConfig 15',
            }),
            ContainerMetadata: message({ name: 'string 1', attempt: 'uint32 2' }),
            ImageSpec: message({ image: 'string 1' }),
            KeyValue: message({ key: 'string 1', value: 'string 2' }),
            LinuxContainerConfig: message({ security_context: 'LinuxContainerSecurityContext 2' }),
            LinuxContainerSecurityContext: message({ namespace_options: 'NamespaceOption 3' }),
          },
        },
      },
    },
  },
};

export interface PodSettings {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly usesHostNetwork?: boolean;
}

export interface ContainerSettings {
  readonly name: string;
  readonly image: string;
  readonly attempt?: number;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const NODE = 2;
const CONTAINER = 1;
const ANSWER_MS = 30_000;

/** Does with a runtime what a kubelet does: makes pods and containers, with the kubelet's labels, and removes them. */
export class CriKubelet {
  private readonly client: Client;
  private readonly service: Readonly<Record<string, MethodDefinition<object, object>>>;

  constructor(socketPath: string) {
    const definition = fromJSON(PROTOCOL, { keepCase: true, defaults: true })['runtime.v1.RuntimeService'];
    this.service = definition as Readonly<Record<string, MethodDefinition<object, object>>>;
    const Service = makeClientConstructor(this.service, 'RuntimeService');
    this.client = new Service(`unix:${socketPath}`, credentials.createInsecure());
  }

  async answers(): Promise<boolean> {
    return this.call('Version', {}, 1_000).then(
      () => true,
      () => false,
    );
  }

  async runPod(pod: PodSettings): Promise<string> {
    const answer = await this.call('RunPodSandbox', { config: sandboxConfig(pod) });
    return (answer as { pod_sandbox_id: string }).pod_sandbox_id;
  }

  /** Makes a container and starts it. */
  async runContainer(podId: string, pod: PodSettings, container: ContainerSettings): Promise<string> {
    const answer = await this.call('CreateContainer', {
      pod_sandbox_id: podId,
      config: {
        metadata: { name: container.name, attempt: container.attempt ?? 0 },
        image: { image: container.image },
        command: container.command,
        envs: Object.entries(container.environment ?? {}).map(([key, value]) => ({ key, value })),
        labels: { ...podLabels(pod), 'io.kubernetes.container.name': container.name },
        annotations: container.annotations ?? {},
        linux: { security_context: { namespace_options: namespaces(pod) } },
      },
      sandbox_config: sandboxConfig(pod),
    });
    const { container_id } = answer as { container_id: string };
    await this.call('StartContainer', { container_id });
    return container_id;
  }

  async stopContainer(container_id: string): Promise<void> {
    await this.call('StopContainer', { container_id });
  }

  async removeContainer(container_id: string): Promise<void> {
    await this.call('RemoveContainer', { container_id });
  }

  async removeAll(): Promise<void> {
    const { items } = (await this.call('ListPodSandbox', {})) as { items: readonly { id: string }[] };
    for (const { id } of items) {
      await this.call('StopPodSandbox', { pod_sandbox_id: id });
      await this.call('RemovePodSandbox', { pod_sandbox_id: id });
    }
  }

  close(): void {
    this.client.close();
  }

  private call(name: string, request: object, withinMs = ANSWER_MS): Promise<unknown> {
    const method = this.service[name];
    return new Promise((resolve, reject) => {
      if (method === undefined) {
        reject(new Error(`There is no ${name}`));
        return;
      }
      this.client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        { deadline: Date.now() + withinMs },
        (error, answer) => (error === null ? resolve(answer) : reject(error)),
      );
    });
  }
}

function sandboxConfig(pod: PodSettings): object {
  const { name, namespace, uid } = pod;
  return {
    metadata: { name, namespace, uid },
    hostname: pod.usesHostNetwork === true ? '' : name,
    labels: podLabels(pod),
    linux: {
      cgroup_parent: `/kubepods/besteffort/pod${uid}`,
      security_context: { namespace_options: namespaces(pod) },
    },
  };
}

function namespaces({ usesHostNetwork }: PodSettings): object {
  return { network: usesHostNetwork === true ? NODE : 0, pid: CONTAINER };
}

function podLabels({ name, namespace, uid }: PodSettings): Record<string, string> {
  return {
    'io.kubernetes.pod.name': name,
    'io.kubernetes.pod.namespace': namespace,
    'io.kubernetes.pod.uid': uid,
  };
}

function call(requestType: string, responseType: string) {
  return { requestType, responseType, comment: '' };
}

/** Fields in the words of a .proto file; `map` is one of texts by name. */
function message(declarations: Readonly<Record<string, string>>) {
  const fields = Object.entries(declarations).map(([name, declaration]) => {
    const [, repeated, type = '', id] = /^(repeated )?(\S+) (\d+)$/.exec(declaration) ?? [];
    return [
      name,
      {
        id: Number(id),
        ...(type === 'map' ? { keyType: 'string', type: 'string' } : { type }),
        ...(repeated === undefined ? {} : { rule: 'repeated' }),
      },
    ] as const;
  });
  return { fields: Object.fromEntries(fields) };
}
