import { packPositions, type LayoutAnswer, type LayoutRequest } from './protocol';
import { runLayout } from './run';

/** The layout off the page's thread: one request at a time, the newest wins. */
let running: { readonly generation: number; readonly abort: AbortController } | undefined;

self.onmessage = (event: MessageEvent<LayoutRequest>) => {
  const request = event.data;
  if (request.type === 'cancel') {
    if (running?.generation === request.generation) {
      running.abort.abort();
    }
    return;
  }
  running?.abort.abort();
  const abort = new AbortController();
  running = { generation: request.generation, abort };
  void answer(request, abort.signal);
};

async function answer(request: LayoutRequest & { type: 'layout' }, signal: AbortSignal): Promise<void> {
  const { generation, graph, options } = request;
  try {
    const positions = await runLayout(
      graph,
      options,
      (forming) => post({ type: 'forming', generation, ...packPositions(forming) }),
      signal,
      () => performance.now(),
    );
    post({ type: 'done', generation, ...packPositions(positions) });
  } catch (error) {
    if (!signal.aborted) {
      post({ type: 'failed', generation, message: error instanceof Error ? error.message : String(error) });
    }
  }
}

function post(message: LayoutAnswer): void {
  self.postMessage(message);
}
