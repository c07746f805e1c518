import type { Http2Session } from 'node:http2';
import { HEARTBEAT_MS, HEARTBEATS_MISSED } from '../protocol/tunnel.js';

/**
 * Asks the other end of a session for a PING's answer every 10 s and destroys the session when three have not come:
 * a cut network says nothing by itself. Ends with the session.
 */
export function keepHeartbeat(session: Http2Session, everyMs = HEARTBEAT_MS): void {
  let heardAt = performance.now();
  const timer = setInterval(() => {
    if (session.destroyed) {
      // Its `close` may come much later, and to ask it until then would throw.
      clearInterval(timer);
      return;
    }
    // Half a beat of patience less, or an answer that came a moment late would cost a fourth beat.
    if (performance.now() - heardAt > (HEARTBEATS_MISSED - 0.5) * everyMs) {
      session.destroy();
      return;
    }
    session.ping((error) => {
      if (error === null) {
        heardAt = performance.now();
      }
    });
  }, everyMs);
  session.once('close', () => clearInterval(timer));
}
