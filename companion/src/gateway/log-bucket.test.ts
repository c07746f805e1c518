import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../protocol/problems.js';
import { LogBucket } from './log-bucket.js';

const sockets = new Set<Socket>();
/** A service that takes everything and answers nothing. */
const silent = createServer((socket) => {
  sockets.add(socket.on('error', () => undefined));
});
let bucket: LogBucket;

beforeEach(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'key';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  bucket = new LogBucket({
    bucket: 'logs',
    prefix: '',
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    answersWithinMs: 100,
  });
});
afterEach(async () => {
  bucket.close();
  sockets.forEach((socket) => socket.destroy());
  silent.close();
  await once(silent, 'close');
});

const upload = (body: Readable): Promise<unknown> =>
  bucket.upload('key', body, () => undefined, new AbortController().signal);

describe('a bucket', () => {
  it('that does not answer is given up', async () => {
    await expect(upload(Readable.from(['a log']))).rejects.toMatchObject({ code: 'export-failed' });
  });

  it('is not blamed for a log that breaks off', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Problem('agent-lost', 'The host is gone.'));
      },
    });
    await expect(upload(broken)).rejects.toMatchObject({ code: 'agent-lost' });
  });
});
