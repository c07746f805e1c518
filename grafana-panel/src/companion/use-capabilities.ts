import type { Capabilities } from '@toposcope/companion/protocol/requests.js';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CompanionClient } from 'toposcope-topology-datasource/companion/companion-client';
import { targetKey, type Target } from './target';

/** Rules and containers change; buttons follow them within this time. */
const ASK_EVERY_MS = 15_000;

export interface KnownCapabilities {
  /** Undefined until the gateway has answered, and for objects of a cluster that has no agent. */
  readonly capabilities: Capabilities | undefined;
  readonly isAnswered: boolean;
  readonly failure: string | undefined;
  readonly askAgain: () => void;
}

/** What this user may do to a target now. Asked again when its state changes, and every while. */
export function useCapabilities(
  client: CompanionClient | undefined,
  target: Target | undefined,
): KnownCapabilities {
  const [known, setKnown] = useState<Omit<KnownCapabilities, 'askAgain'>>(NOTHING);
  const [round, setRound] = useState(0);
  // Nodes are made anew with each answer of the data source; what they stand for is the same.
  const key = target && targetKey(target);
  const latest = useRef(target);
  latest.current = target;
  const state = target?.state;
  useEffect(() => setKnown(NOTHING), [client, key]);
  useEffect(() => {
    const { current } = latest;
    if (client === undefined || current === undefined) {
      return undefined;
    }
    const stop = new AbortController();
    const ask = () => {
      const { host, container, object } = current;
      const answer =
        object === undefined
          ? client.capabilities(host, container, stop.signal)
          : client.objectCapabilities(object, stop.signal);
      answer.then(
        (capabilities) => setKnown({ capabilities, failure: undefined, isAnswered: true }),
        (error: unknown) => {
          if (!stop.signal.aborted) {
            setKnown({ capabilities: undefined, failure: failureOf(error), isAnswered: true });
          }
        },
      );
    };
    ask();
    const timer = setInterval(ask, ASK_EVERY_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [client, key, state, round]);
  const askAgain = useCallback(() => setRound((last) => last + 1), []);
  return { ...known, askAgain };
}

/** Most clusters are looked at without an agent: that is no failure. */
function failureOf(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && error.code === 'cluster-unknown') {
    return undefined;
  }
  return error instanceof Error ? error.message : String(error);
}

const NOTHING = { capabilities: undefined, failure: undefined, isAnswered: false };
