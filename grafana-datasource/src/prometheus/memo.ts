import { type Observable, shareReplay, tap } from 'rxjs';

/** Remembers the last few answers, so that panels that ask the same at the same moment ask once. */
export class Memo<Answer> {
  readonly #answers = new Map<string, Observable<Answer>>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  /** What was answered, or is being answered, under the key; else what `ask` gives. Errors are not remembered. */
  get(key: string, ask: () => Observable<Answer>): Observable<Answer> {
    const known = this.#answers.get(key);
    if (known !== undefined) {
      return known;
    }
    const forget = () => this.#answers.delete(key);
    // Nobody waits any more before an answer came: the request is cancelled, and its remains are of no use.
    const answer = ask().pipe(tap({ error: forget }), shareReplay({ bufferSize: 1, refCount: true }));
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > this.#size && oldest !== undefined) {
      this.#answers.delete(oldest);
    }
    return answer;
  }
}
