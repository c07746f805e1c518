import { access, constants } from 'node:fs/promises';
import type { Client, MethodDefinition, ServiceError } from '@grpc/grpc-js';
import { CRI_PROTOCOL } from './cri-protocol.js';

/** What is asked of a runtime. Answers are as the wire has them, to be parsed. */
export type CriMethod =
  'Version' | 'ListPodSandbox' | 'PodSandboxStatus' | 'ListContainers' | 'ContainerStatus';

export interface CriClient {
  /** Rejects with gRPC's ServiceError; with DEADLINE_EXCEEDED when the runtime hangs. */
  ask(method: CriMethod, request?: object): Promise<unknown>;
  /** Whether the runtime serves the version of the interface before v1. */
  answersV1alpha2(): Promise<boolean>;
  close(): void;
}

/** Codes of gRPC (google.golang.org/grpc/codes) that mean something here; the library is loaded late. */
export const GRPC_DEADLINE = 4;
export const GRPC_NOT_FOUND = 5;
export const GRPC_UNIMPLEMENTED = 12;

/** The code of an error that gRPC threw; undefined for others. */
export function grpcCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** What the kubelet allows (pkg/kubelet/cri/remote): a list of a full node is longer than gRPC's own 4 MiB. */
const LONGEST_ANSWER = 16 * 1024 * 1024;

/**
 * Opens a client of the Container Runtime Interface v1 on a Unix socket. gRPC is loaded now, not with the exporter: it
 * takes 16 MiB that hosts without such a runtime have better use for.
 */
export async function connectCri(socketPath: string, answerWithinMs: number): Promise<CriClient> {
  // gRPC has one error for all that is wrong with a socket.
  await access(socketPath, constants.R_OK | constants.W_OK);
  const [grpc, { fromJSON }] = await Promise.all([import('@grpc/grpc-js'), import('@grpc/proto-loader')]);
  const definition = fromJSON(CRI_PROTOCOL, { keepCase: true, longs: Number, enums: String, defaults: true });
  const service = definition['runtime.v1.RuntimeService'];
  if (service === undefined || 'format' in service) {
    throw new Error('The descriptor of the Container Runtime Interface holds no service. Please report this');
  }
  const Service = grpc.makeClientConstructor(service, 'RuntimeService');
  const client: Client = new Service(`unix:${socketPath}`, grpc.credentials.createInsecure(), {
    'grpc.max_receive_message_length': LONGEST_ANSWER,
    'grpc.enable_http_proxy': 0,
  });
  const call = (path: string, method: MethodDefinition<object, object>, request: object) =>
    new Promise<unknown>((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        { deadline: Date.now() + answerWithinMs },
        (error: ServiceError | null, answer?: object) => (error === null ? resolve(answer) : reject(error)),
      );
    });
  const declared = (name: CriMethod) => {
    const method = service[name];
    if (method === undefined) {
      throw new Error(`The descriptor of the Container Runtime Interface has no ${name}. Please report this`);
    }
    return method;
  };
  return {
    async ask(name, request = {}) {
      const method = declared(name);
      return call(method.path, method, request);
    },
    async answersV1alpha2() {
      const method = declared('Version');
      try {
        await call(method.path.replace('.v1.', '.v1alpha2.'), method, {});
        return true;
      } catch {
        return false;
      }
    },
    close: () => client.close(),
  };
}
