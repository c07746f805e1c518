import { finalize, type Observable, shareReplay, tap } from 'rxjs';

/**
 * Remembers answers for a moment, so that panels that ask the same at the same time ask once. No longer, since the
 * answers about a big cluster are big.
 */
export class Memo<Answer> {
  readonly #answers = new Map<string, Observable<Answer>>();
  readonly #keepMilliseconds: number;

  constructor(keepMilliseconds: number) {
    this.#keepMilliseconds = keepMilliseconds;
  }

  /** What was answered, or is being answered, under the key; else what `ask` gives. Errors are not remembered. */
  get(key: string, ask: () => Observable<Answer>): Observable<Answer> {
    const known = this.#answers.get(key);
    if (known !== undefined) {
      return known;
    }
    const forget = () => {
      if (this.#answers.get(key) === answer) {
        this.#answers.delete(key);
      }
    };
    const answer: Observable<Answer> = ask().pipe(
      tap({ error: forget }),
      finalize(() => setTimeout(forget, this.#keepMilliseconds)),
      // When nobody waits any more the request is cancelled.
      shareReplay({ bufferSize: 1, refCount: true }),
    );
    this.#answers.set(key, answer);
    return answer;
  }
}
