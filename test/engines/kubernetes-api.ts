import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Authority } from './certificates.js';

/** What was asked, as it came over the wire. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

/** An object as `kubectl get --output json` shows it, as far as the server looks at it. */
interface StoredObject {
  metadata: { name: string; namespace?: string; uid: string };
  spec: Record<string, unknown>;
}

/** A container's log: its lines, each with its stamp; undefined while the container waits to start. */
type Log = readonly string[] | undefined;

const PATCHES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/**
 * As much of an API server as a cluster's agent asks: objects by their paths, JSON merge patches (RFC 7386), logs,
 * events, bearer tokens, refusals by RBAC, and faults on demand. It answers over TLS with `metav1.Status` where it says no,
 * and records every request. Its `root` is what a pod has mounted: token, authority, namespace.
 */
export class KubernetesApi {
  readonly requests: ApiRequest[] = [];
  /** By the path of the object. */
  readonly objects = new Map<string, StoredObject>();
  readonly events: object[] = [];
  /** By `namespace/pod/container`. */
  readonly logs = new Map<string, Log>();
  /** Answers that stay open for more lines, by the same key. */
  readonly followers = new Map<string, ServerResponse>();
  /** What the service account may not do; the answer is a 403. */
  forbids: (request: ApiRequest) => boolean = () => false;
  /** Answers in the server's place. */
  fault: ((response: ServerResponse) => void) | undefined;
  readonly root = mkdtempSync(path.join(tmpdir(), 'toposcope-kubernetes-'));
  #token = '';
  readonly #server: Server;
  readonly #authority = Authority.create();

  private constructor() {
    const { cert, key } = this.#authority.sign('kubernetes', 'IP:127.0.0.1');
    this.#server = createServer({ cert, key }, (request, response) => void this.#answer(request, response));
    mkdirSync(this.#serviceAccount, { recursive: true });
    writeFileSync(path.join(this.#serviceAccount, 'ca.crt'), this.#authority.cert);
    writeFileSync(path.join(this.#serviceAccount, 'namespace'), 'toposcope');
    this.rotateToken('first-token');
    this.mountToken();
  }

  /** Serves, and tells this process where, as the kubelet tells a pod. */
  static async start(): Promise<KubernetesApi> {
    const api = new KubernetesApi();
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    process.env.KUBERNETES_SERVICE_HOST = '127.0.0.1';
    process.env.KUBERNETES_SERVICE_PORT = String((api.#server.address() as AddressInfo).port);
    return api;
  }

  get #serviceAccount(): string {
    return path.join(this.root, 'var/run/secrets/kubernetes.io/serviceaccount');
  }

  get token(): string {
    return this.#token;
  }

  /** From now on the server takes this token only. */
  rotateToken(token: string): void {
    this.#token = token;
  }

  /** The kubelet's part of a rotation. */
  mountToken(): void {
    writeFileSync(path.join(this.#serviceAccount, 'token'), this.#token);
  }

  unmountToken(): void {
    rmSync(path.join(this.#serviceAccount, 'token'));
  }

  /** A kubeconfig as of somebody outside the cluster. */
  writeKubeconfig(): string {
    const { port } = this.#server.address() as AddressInfo;
    const file = path.join(this.root, 'kubeconfig');
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'test',
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
        clusters: [
          {
            name: 'test',
            cluster: {
              server: `https://127.0.0.1:${port}`,
              'certificate-authority': path.join(this.#serviceAccount, 'ca.crt'),
            },
          },
        ],
        users: [{ name: 'test', user: { token: this.#token } }],
      }),
    );
    return file;
  }

  /** The stored object itself, to change. */
  at(target: string): StoredObject {
    const object = this.objects.get(target);
    if (object === undefined) {
      throw new Error(`The test has put nothing at ${target}.`);
    }
    return object;
  }

  /** Requests that could change something. */
  get changes(): readonly ApiRequest[] {
    return this.requests.filter(({ method }) => method !== 'GET');
  }

  /** No server answers at that address from now on. */
  async stop(): Promise<void> {
    if (this.#server.listening) {
      const closed = once(this.#server, 'close');
      this.#server.close();
      this.#server.closeAllConnections();
      await closed;
    }
  }

  async dispose(): Promise<void> {
    await this.stop();
    delete process.env.KUBERNETES_SERVICE_HOST;
    delete process.env.KUBERNETES_SERVICE_PORT;
    this.#authority.remove();
    rmSync(this.root, { recursive: true, force: true });
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    this.requests.push(request);
    if (this.fault !== undefined) {
      this.fault(response);
    } else if (incoming.headers.authorization !== `Bearer ${this.#token}`) {
      status(response, 401, 'Unauthorized');
    } else if (this.forbids(request)) {
      const user = 'User "system:serviceaccount:toposcope:toposcope-cluster"';
      status(
        response,
        403,
        `${request.path} is forbidden: ${user} cannot ${request.method.toLowerCase()} it`,
      );
    } else {
      this.#serve(request, response);
    }
  }

  #serve(request: ApiRequest, response: ServerResponse): void {
    const { method, path: target, contentType } = request;
    if (method === 'GET' && target.endsWith('/events')) {
      json(response, 200, { kind: 'EventList', apiVersion: 'v1', items: this.events });
      return;
    }
    const subresource = /\/(scale|log)$/.exec(target)?.[1];
    const object = this.objects.get(
      subresource === undefined ? target : target.slice(0, -subresource.length - 1),
    );
    if (object === undefined) {
      status(response, 404, `${target} not found`);
    } else if (subresource === 'log' && method === 'GET') {
      this.#log(object, request, response);
    } else if (method === 'GET') {
      json(response, 200, object);
    } else if (method === 'PATCH' && !PATCHES.includes(contentType ?? '')) {
      status(response, 415, `the body of the request was in an unknown format: ${contentType}`);
    } else if (uidOf(request.body) !== undefined && uidOf(request.body) !== object.metadata.uid) {
      status(response, 409, `Precondition failed: UID in precondition: ${uidOf(request.body)}`);
    } else if (method === 'PATCH') {
      Object.assign(object, merged(object, request.body));
      json(response, 200, object);
    } else if (method === 'DELETE') {
      this.objects.delete(target);
      json(response, 200, object);
    } else {
      status(response, 405, 'the server does not allow this method on the requested resource');
    }
  }

  #log({ metadata }: StoredObject, { query }: ApiRequest, response: ServerResponse): void {
    const { container = '', tailLines, follow } = query;
    const key = `${metadata.namespace}/${metadata.name}/${container}`;
    const lines = this.logs.get(key);
    if (lines === undefined) {
      const why = this.logs.has(key) ? 'is waiting to start: PodInitializing' : 'is not valid for pod';
      status(response, 400, `container "${container}" in pod "${metadata.name}" ${why}`);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.flushHeaders();
    const from = tailLines === undefined ? 0 : lines.length - Math.min(lines.length, Number(tailLines));
    response.write(lines.slice(from).join(''));
    if (follow === 'true') {
      this.followers.set(key, response);
      response.once('close', () => this.followers.delete(key));
    } else {
      response.end();
    }
  }
}

async function read(incoming: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
  }
  const url = new URL(incoming.url ?? '', 'https://server');
  const text = Buffer.concat(chunks).toString();
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    contentType: incoming.headers['content-type'],
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

function json(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function status(response: ServerResponse, code: number, message: string): void {
  json(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code });
}

/** Of a patch's metadata, or of a deletion's preconditions. */
function uidOf(body: unknown): string | undefined {
  const { metadata, preconditions } = (body ?? {}) as Record<string, { uid?: string } | undefined>;
  return metadata?.uid ?? preconditions?.uid;
}

function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    return patch;
  }
  const result = { ...(typeof target === 'object' ? target : {}) } as Record<string, unknown>;
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
      delete result[key];
    } else {
      result[key] = merged(result[key], value);
    }
  }
  return result;
}
