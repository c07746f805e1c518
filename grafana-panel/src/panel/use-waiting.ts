import { useEffect, useState } from 'react';

const STEP_SECONDS = 5;

/** Seconds that an answer has been waited for, by fives; 0: hardly any, or nothing is waited for. */
export function useWaiting(waits: boolean): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(0);
    if (!waits) {
      return undefined;
    }
    const since = Date.now();
    const timer = setInterval(() => {
      const waited = (Date.now() - since) / 1000;
      setSeconds(Math.floor(waited / STEP_SECONDS) * STEP_SECONDS);
    }, 1000);
    return () => clearInterval(timer);
  }, [waits]);
  return waits ? seconds : 0;
}
