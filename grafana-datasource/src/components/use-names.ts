import * as React from 'react';
import { messageOf } from '../prometheus/error-message';

export interface Names {
  readonly names: readonly string[];
  /** Why they cannot be had. */
  readonly failure: string | undefined;
}

const NONE: Names = { names: [], failure: undefined };

/** Names to choose from, read anew when one of the reasons changes; they can be typed when they cannot be had. */
export function useNames(load: () => Promise<readonly string[]>, reasons: readonly unknown[]): Names {
  const [found, setFound] = React.useState(NONE);
  React.useEffect(() => {
    let current = true;
    const show = (names: Names) => {
      if (current) {
        setFound(names);
      }
    };
    load().then(
      (names) => show({ names, failure: undefined }),
      (error: unknown) => show({ names: [], failure: messageOf(error) }),
    );
    return () => {
      current = false;
    };
  }, reasons);
  return found;
}
