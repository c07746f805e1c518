import { Observable } from 'rxjs';
import { inSlices, type Slicing, type Steps } from './graph/steps';

/** Runs a computation in slices; who unsubscribes ends it. */
export function sliced<Result>(steps: Steps<Result>, slicing: Slicing): Observable<Result> {
  return new Observable((subscriber) => {
    const controller = new AbortController();
    inSlices(steps, { ...slicing, signal: controller.signal }).then(
      (result) => {
        subscriber.next(result);
        subscriber.complete();
      },
      (error: unknown) => {
        if (!controller.signal.aborted) {
          subscriber.error(error);
        }
      },
    );
    return () => {
      controller.abort();
    };
  });
}

/** Lets a browser paint and handle input, without the four milliseconds that a timer would wait. */
export function pauseForEvents(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
