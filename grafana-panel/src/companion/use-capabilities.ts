import type { Capabilities } from '@toposcope/companion/protocol/requests.js';
import { useCallback, useEffect, useState } from 'react';
import type { CompanionClient } from 'toposcope-topology-datasource/companion/companion-client';
import type { Target } from './target';

/** Rules and containers change; buttons follow them within this time. */
const ASK_EVERY_MS = 15_000;

export interface KnownCapabilities {
  /** Undefined until the gateway has answered. */
  readonly capabilities: Capabilities | undefined;
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
  const { host, container, state } = target ?? {};
  useEffect(() => setKnown(NOTHING), [client, host, container]);
  useEffect(() => {
    if (client === undefined || host === undefined || container === undefined) {
      return undefined;
    }
    const stop = new AbortController();
    const ask = () => {
      client.capabilities(host, container, stop.signal).then(
        (capabilities) => setKnown({ capabilities, failure: undefined }),
        (error: unknown) => {
          if (!stop.signal.aborted) {
            setKnown({
              capabilities: undefined,
              failure: error instanceof Error ? error.message : String(error),
            });
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
  }, [client, host, container, state, round]);
  const askAgain = useCallback(() => setRound((last) => last + 1), []);
  return { ...known, askAgain };
}

const NOTHING = { capabilities: undefined, failure: undefined };
