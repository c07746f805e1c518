import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';
import { firstValueFrom, Observable, type Subscriber } from 'rxjs';

/** Grafana's HTTP service over fetch: a request id that is used again cancels the call that had it before. */
export function createBackendService(): BackendSrv {
  const running = new Map<string, () => void>();

  function fetchObservable<T>(request: BackendSrvRequest): Observable<FetchResponse<T>> {
    return new Observable((subscriber) => {
      const abort = new AbortController();
      const { requestId } = request;
      if (requestId !== undefined) {
        running.get(requestId)?.();
        running.set(requestId, () => {
          abort.abort();
          subscriber.error(cancelled(request));
        });
      }
      send<T>(request, abort.signal, subscriber).catch((error: unknown) => {
        if (!abort.signal.aborted) {
          subscriber.error(unreachable(request, error));
        }
      });
      return () => {
        abort.abort();
        if (requestId !== undefined) {
          running.delete(requestId);
        }
      };
    });
  }

  async function request<T>(options: BackendSrvRequest): Promise<T> {
    return (await firstValueFrom(fetchObservable<T>(options))).data;
  }

  return {
    fetch: fetchObservable,
    request,
    get: (url, params, requestId, options) =>
      request({ ...options, url, method: 'GET', params: params as Record<string, unknown>, requestId }),
    delete: (url, data, options) => request({ ...options, url, data, method: 'DELETE' }),
    post: (url, data, options) => request({ ...options, url, data, method: 'POST' }),
    put: (url, data, options) => request({ ...options, url, data, method: 'PUT' }),
    patch: (url, data, options) => request({ ...options, url, data, method: 'PATCH' }),
    datasourceRequest: (options) => firstValueFrom(fetchObservable(options)),
    chunked: () => {
      throw new Error('The viewer has no streaming requests.');
    },
  };
}

async function send<T>(
  request: BackendSrvRequest,
  signal: AbortSignal,
  subscriber: Subscriber<FetchResponse<T>>,
): Promise<void> {
  const body = request.data as unknown;
  const response = await fetch(withParams(request), {
    method: request.method ?? 'GET',
    headers: {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(request.headers as Record<string, string> | undefined),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: request.abortSignal ? AbortSignal.any([signal, request.abortSignal]) : signal,
  });
  const answer: FetchResponse<T> = {
    data: (await bodyOf(response, request.responseType)) as T,
    status: response.status,
    statusText: response.statusText,
    ok: response.ok,
    headers: response.headers,
    redirected: response.redirected,
    type: response.type,
    url: response.url,
    config: request,
  };
  if (response.ok) {
    subscriber.next(answer);
    subscriber.complete();
  } else {
    subscriber.error(answer);
  }
}

function withParams({ url, params }: BackendSrvRequest): string {
  const address = url.startsWith('http') || url.startsWith('/') ? url : `/${url}`;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    for (const single of Array.isArray(value) ? value : [value]) {
      if (single !== undefined && single !== null) {
        search.append(name, String(single));
      }
    }
  }
  const text = search.toString();
  return text === '' ? address : `${address}${address.includes('?') ? '&' : '?'}${text}`;
}

async function bodyOf(response: Response, type: BackendSrvRequest['responseType']): Promise<unknown> {
  if (type === 'arraybuffer') {
    return response.arrayBuffer();
  }
  if (type === 'blob') {
    return response.blob();
  }
  const text = await response.text();
  if (type === 'text') {
    return text;
  }
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown);
  } catch {
    return { message: text };
  }
}

function cancelled(config: BackendSrvRequest): FetchError {
  return { status: -1, statusText: 'Request was aborted', cancelled: true, data: null, config };
}

function unreachable(config: BackendSrvRequest, error: unknown): FetchError {
  const message = `${config.url} did not answer (${error instanceof Error ? error.message : String(error)}): is npm start still running?`;
  return { status: 0, statusText: message, data: { message }, config };
}
