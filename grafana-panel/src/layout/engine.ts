import type { LayoutGraph, Point } from './graph';
import type { LayoutOptions } from './layout';
import { unpackPositions, type LayoutAnswer, type LayoutRequest } from './protocol';
import { runLayout } from './run';

/** Lays graphs out, one at a time: a new request ends the one before it. */
export interface LayoutEngine {
  /**
   * @param onForming Shows a picture that is not final yet.
   * @throws The signal's reason once it is aborted; an error that says why the layout failed.
   */
  layout(
    graph: LayoutGraph,
    options: LayoutOptions,
    onForming: (positions: Map<string, Point>) => void,
    signal: AbortSignal,
  ): Promise<Map<string, Point>>;
  dispose(): void;
}

/**
 * An engine in a worker that is started from its source, since a plugin served from a CDN may not start one by
 * address. Where the page's content security policy forbids that too, or the worker dies, the page's own thread does
 * the work in slices.
 */
export function createLayoutEngine(workerSource: string): LayoutEngine {
  let worker = startWorker(workerSource);
  let generation = 0;
  return {
    layout(graph, options, onForming, signal) {
      const current = worker;
      if (!current) {
        return onThisThread.layout(graph, options, onForming, signal);
      }
      generation++;
      return inWorker(current, { type: 'layout', generation, graph, options }, onForming, signal).catch(
        (error: unknown) => {
          if (!(error instanceof WorkerLostError)) {
            throw error;
          }
          current.terminate();
          worker = undefined;
          return onThisThread.layout(graph, options, onForming, signal);
        },
      );
    },
    dispose() {
      worker?.terminate();
      worker = undefined;
    },
  };
}

const onThisThread: LayoutEngine = {
  layout: (graph, options, onForming, signal) =>
    runLayout(graph, options, onForming, signal, () => performance.now()),
  dispose: () => undefined,
};

/** The worker did not start or ended: not the fault of the graph. */
class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError';
}

function startWorker(source: string): Worker | undefined {
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return new Worker(address);
  } catch {
    return undefined;
  } finally {
    // Chromium and Firefox resolve the address at once, Safari within the task.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }
}

function inWorker(
  worker: Worker,
  request: LayoutRequest & { type: 'layout' },
  onForming: (positions: Map<string, Point>) => void,
  signal: AbortSignal,
): Promise<Map<string, Point>> {
  return new Promise((resolve, reject) => {
    const { generation } = request;
    const send = (message: LayoutRequest) => worker.postMessage(message);
    const finish = (settle: () => void) => {
      worker.removeEventListener('message', onMessage);
      worker.removeEventListener('error', onError);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onMessage = ({ data }: MessageEvent<LayoutAnswer>) => {
      if (data.generation !== generation) {
        return;
      }
      if (data.type === 'failed') {
        finish(() => reject(new Error(`The layout failed: ${data.message}`)));
      } else if (data.type === 'forming') {
        onForming(unpackPositions(data.ids, data.coordinates));
      } else {
        finish(() => resolve(unpackPositions(data.ids, data.coordinates)));
      }
    };
    const onError = () => finish(() => reject(new WorkerLostError('The layout worker ended')));
    const onAbort = () => {
      send({ type: 'cancel', generation });
      finish(() => reject(signal.reason as Error));
    };
    signal.addEventListener('abort', onAbort);
    worker.addEventListener('message', onMessage);
    worker.addEventListener('error', onError);
    if (signal.aborted) {
      onAbort();
    } else {
      send(request);
    }
  });
}
