import type { fromJSON } from '@grpc/proto-loader';

/**
 * What is read of the Container Runtime Interface v1 (k8s.io/cri-api, pkg/apis/runtime/v1/api.proto), as a descriptor
 * that protobuf compiles when the first runtime answers. A number here is the field's on the wire; fields that nobody
 * reads are left out, and the wire format skips them.
 */
export const CRI_PROTOCOL: Parameters<typeof fromJSON>[0] = {
  nested: {
    runtime: {
      nested: {
        v1: {
          nested: {
            RuntimeService: {
              methods: {
                Version: call('VersionRequest', 'VersionResponse'),
                ListPodSandbox: call('ListPodSandboxRequest', 'ListPodSandboxResponse'),
                PodSandboxStatus: call('PodSandboxStatusRequest', 'PodSandboxStatusResponse'),
                ListContainers: call('ListContainersRequest', 'ListContainersResponse'),
                ContainerStatus: call('ContainerStatusRequest', 'ContainerStatusResponse'),
              },
            },

            VersionRequest: message({ version: string(1) }),
            VersionResponse: message({ runtime_name: string(2), runtime_version: string(3) }),

            ListPodSandboxRequest: message({}),
            ListPodSandboxResponse: message({ items: many('PodSandbox', 1) }),
            PodSandbox: message({ id: string(1), state: one('PodSandboxState', 3) }),
            PodSandboxState: { values: { SANDBOX_READY: 0, SANDBOX_NOTREADY: 1 } },

            PodSandboxStatusRequest: message({ pod_sandbox_id: string(1), verbose: one('bool', 2) }),
            PodSandboxStatusResponse: message({ status: one('PodSandboxStatus', 1), info: texts(2) }),
            PodSandboxStatus: message({
              id: string(1),
              metadata: one('PodSandboxMetadata', 2),
              state: one('PodSandboxState', 3),
              created_at: one('int64', 4),
              network: one('PodSandboxNetworkStatus', 5),
              linux: one('LinuxPodSandboxStatus', 6),
              labels: texts(7),
            }),
            PodSandboxMetadata: message({
              name: string(1),
              uid: string(2),
              namespace: string(3),
              attempt: one('uint32', 4),
            }),
            PodSandboxNetworkStatus: message({ ip: string(1), additional_ips: many('PodIP', 2) }),
            PodIP: message({ ip: string(1) }),
            LinuxPodSandboxStatus: message({ namespaces: one('Namespace', 1) }),
            Namespace: message({ options: one('NamespaceOption', 2) }),
            NamespaceOption: message({ network: one('NamespaceMode', 1) }),
            NamespaceMode: { values: { POD: 0, CONTAINER: 1, NODE: 2, TARGET: 3 } },

            ListContainersRequest: message({}),
            ListContainersResponse: message({ containers: many('Container', 1) }),
            Container: message({
              id: string(1),
              pod_sandbox_id: string(2),
              state: one('ContainerState', 6),
            }),
            ContainerState: {
              values: {
                CONTAINER_CREATED: 0,
                CONTAINER_RUNNING: 1,
                CONTAINER_EXITED: 2,
                CONTAINER_UNKNOWN: 3,
              },
            },

            ContainerStatusRequest: message({ container_id: string(1), verbose: one('bool', 2) }),
            ContainerStatusResponse: message({ status: one('ContainerStatus', 1), info: texts(2) }),
            ContainerStatus: message({
              id: string(1),
              metadata: one('ContainerMetadata', 2),
              state: one('ContainerState', 3),
              created_at: one('int64', 4),
              started_at: one('int64', 5),
              exit_code: one('int32', 7),
              image: one('ImageSpec', 8),
              image_ref: string(9),
              labels: texts(12),
              annotations: texts(13),
              image_id: string(17),
            }),
            ContainerMetadata: message({ name: string(1), attempt: one('uint32', 2) }),
            ImageSpec: message({ image: string(1), user_specified_image: string(18) }),
          },
        },
      },
    },
  },
};

function call(requestType: string, responseType: string) {
  return { requestType, responseType, comment: '' };
}

interface Field {
  readonly type: string;
  readonly id: number;
  readonly rule?: 'repeated';
  readonly keyType?: 'string';
}

function message(fields: Readonly<Record<string, Field>>) {
  return { fields };
}

function one(type: string, id: number): Field {
  return { type, id };
}

function string(id: number): Field {
  return one('string', id);
}

function many(type: string, id: number): Field {
  return { type, id, rule: 'repeated' };
}

/** A map of texts by name. */
function texts(id: number): Field {
  return { keyType: 'string', type: 'string', id };
}
