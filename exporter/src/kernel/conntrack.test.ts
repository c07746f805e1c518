import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFlow } from './conntrack.js';
import { forEachMessage } from './netlink.js';

const fixtures = new URL('../../../test/fixtures/netlink/', import.meta.url);
const IPCTNL_MSG_CT_NEW = 0x100;

function readRecorded(bytes: Buffer): string[] {
  const flows: string[] = [];
  forEachMessage(bytes, 0, bytes.length, (buffer, start, end, type) => {
    const flow = type === IPCTNL_MSG_CT_NEW ? readFlow(buffer, start, end) : undefined;
    if (flow !== undefined) {
      const { original, reply } = flow;
      flows.push(
        `${original.source} ${original.destination} ${original.sourcePort} ${original.destinationPort} ${flow.originalBytes} ` +
          `${reply.source} ${reply.destination} ${reply.sourcePort} ${reply.destinationPort} ${flow.replyBytes}` +
          (flow.isAnswered ? '' : ' unreplied'),
      );
    }
  });
  return flows;
}

describe('readFlow', () => {
  it('reads both directions, their bytes and whether both were used, as conntrack printed them', () => {
    const printed = readFileSync(new URL('conntrack.txt', fixtures), 'utf8');
    const truth = new Set(
      printed
        .trim()
        .split('\n')
        .map((line) =>
          [
            ...[...line.matchAll(/(?:src|dst|sport|dport|bytes)=(\S+)/g)].map(([, value]) => value),
            ...(line.includes('[UNREPLIED]') ? ['unreplied'] : []),
          ].join(' '),
        ),
    );
    const flows = readRecorded(readFileSync(new URL('conntrack-dump.bin', fixtures)));
    expect(new Set(flows)).toEqual(truth);
    expect(truth.size).toBe(4);
  });

  it('reads what tells a flow from an earlier one', () => {
    const ids = new Set<number>();
    const recorded = readFileSync(new URL('conntrack-dump.bin', fixtures));
    forEachMessage(recorded, 0, recorded.length, (buffer, start, end, type) => {
      if (type === IPCTNL_MSG_CT_NEW) {
        ids.add(readFlow(buffer, start, end)?.id ?? 0);
      }
    });
    expect(ids.size).toBe(4);
    expect(ids).not.toContain(0);
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(20), (bytes, start) => {
        const buffer = Buffer.from(bytes);
        const flow = readFlow(buffer, start, buffer.length);
        expect(flow?.original.sourcePort ?? 0).toBeLessThan(65_536);
      }),
    );
  });

  it('survives recorded messages with bytes changed', () => {
    const recorded = readFileSync(new URL('conntrack-dump.bin', fixtures));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(recorded.length - 1), fc.nat(255)), { maxLength: 8 }),
        (changes) => {
          const damaged = Buffer.from(recorded);
          for (const [at, value] of changes) {
            damaged[at] = value;
          }
          expect(readRecorded(damaged).length).toBeLessThanOrEqual(recorded.length / 16);
        },
      ),
    );
  });
});
