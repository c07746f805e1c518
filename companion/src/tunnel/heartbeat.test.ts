import { once } from 'node:events';
import { connect, createServer, type ClientHttp2Session } from 'node:http2';
import { duplexPair } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepHeartbeat } from './heartbeat.js';

const BEAT_MS = 1_000;

describe('the heartbeat of a session', () => {
  let session: ClientHttp2Session;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const [here, there] = duplexPair();
    createServer().emit('connection', there);
    session = connect('http://agent', { createConnection: () => here });
    await once(session, 'connect');
    keepHeartbeat(session, BEAT_MS);
  });
  afterEach(() => {
    session.destroy();
    vi.useRealTimers();
  });

  it('ends a session that has not answered for three beats', () => {
    const ping = vi.spyOn(session, 'ping').mockReturnValue(true);
    vi.advanceTimersByTime(2 * BEAT_MS);
    expect(ping).toHaveBeenCalledTimes(2);
    expect(session.destroyed).toBe(false);
    vi.advanceTimersByTime(BEAT_MS);
    expect(session.destroyed).toBe(true);
  });

  it('asks nothing of a session that is destroyed and not closed yet, which would end the process', () => {
    session.destroy();
    expect(() => vi.advanceTimersByTime(5 * BEAT_MS)).not.toThrow();
  });
});
