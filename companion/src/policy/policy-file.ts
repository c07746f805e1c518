import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { DEFAULT_POLICY, policySchema, type Policy } from './policy.js';

const SETTLED_AFTER_MS = 100;

/** The policy in force, out of a file that may change at any time. */
export class PolicyFile implements Disposable {
  readonly path: string;
  #text: string;
  #current: Policy;
  #problem: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Takes what the file says now. Throws when it is wrong: a gateway does not start on a policy that nobody wrote. */
  constructor(path: string, text: string) {
    this.path = path;
    this.#text = text;
    this.#current = parsePolicy(text, path);
  }

  get current(): Policy {
    return this.#current;
  }

  /** Why the file on disk is not the policy in force; undefined when it is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Looks every `everyMs` whether the text changed. Looking, and not inotify, because a mounted ConfigMap changes by
   * swapping a directory's symbolic link, which a watch of the file never sees.
   */
  watch(everyMs: number, changed: (problem: string | undefined) => void): void {
    this.#timer = setInterval(() => {
      void this.reload().then((looked) => {
        if (looked) {
          changed(this.#problem);
        }
      });
    }, everyMs);
    this.#timer.unref();
  }

  /** Reads the file again. What cannot be read or is not valid leaves the old policy in force. True when it changed. */
  async reload(): Promise<boolean> {
    const before = this.#problem;
    try {
      const text = await this.#settledText();
      if (text === this.#text && before === undefined) {
        return false;
      }
      this.#text = text;
      this.#current = parsePolicy(text, this.path);
      this.#problem = undefined;
      return true;
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
      return this.#problem !== before;
    }
  }

  /**
   * What stays as it is for a moment: who writes in place leaves half a file until the rest is there, and half a policy
   * may be a valid one, without its last rules.
   */
  async #settledText(): Promise<string> {
    let text = await readFile(this.path, 'utf8');
    for (let before = this.#text; text !== before;) {
      await setTimeout(SETTLED_AFTER_MS);
      before = text;
      text = await readFile(this.path, 'utf8');
    }
    return text;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Parses the policy file's text. Throws an error that names every wrong field. */
export function parsePolicy(text: string, path: string): Policy {
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw new Error(
      `The policy ${path} is not YAML: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
  const parsed = policySchema.safeParse(document ?? DEFAULT_POLICY);
  if (!parsed.success) {
    throw new Error(`The policy ${path} is not valid: ${z.prettifyError(parsed.error)}`, {
      cause: parsed.error,
    });
  }
  return parsed.data;
}
