import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLocalAddresses, parseSocketTable } from './proc-net.js';

const ROW =
  '  12: 0500A8C0:BB80 08080808:01BB 01 00000000:00000000 02:000004F9 00000000  1000        0 123456 2 0000000000000000 21 4 30 10 -1';
const ROW6 =
  '   1: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 999 1';

const anyText = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1'));

const address = /^(\d{1,3}(\.\d{1,3}){3}|[\da-f:]+)$/;

function expectSound(text: string): void {
  for (const record of parseSocketTable(text, 'tcp', 'ipv6')) {
    expect(record.localAddress).toMatch(address);
    expect(record.peerAddress).toMatch(address);
    expect(record.localPort).toBeLessThan(65_536);
    expect(record.peerPort).toBeLessThan(65_536);
    expect(record.state).toBeLessThan(256);
    expect(record.inode).toBeGreaterThan(0);
    expect(Number.isSafeInteger(record.inode)).toBe(true);
  }
}

describe('parseSocketTable', () => {
  it('reads words in the order of the host, and IPv4 in IPv6', () => {
    const [ipv4] = parseSocketTable(ROW, 'tcp', 'ipv4');
    expect(ipv4).toMatchObject({
      localAddress: '192.168.0.5',
      localPort: 48_000,
      peerAddress: '8.8.8.8',
      peerPort: 443,
      state: 1,
      inode: 123_456,
    });
    const [ipv6] = parseSocketTable(ROW6, 'tcp', 'ipv6');
    expect(ipv6).toMatchObject({ localAddress: '127.0.0.1', localPort: 8_080, peerAddress: '::', state: 10 });
  });

  it('survives any text', () => {
    fc.assert(fc.property(anyText(400), (text) => expectSound(text)));
  });

  it('survives rows that are cut off, changed or run into each other', () => {
    const text = `${ROW}\n${ROW6}\n`;
    fc.assert(
      fc.property(
        fc.nat(text.length),
        fc.nat(text.length - 1),
        fc.constantFrom('0', 'F', ' ', ':', '\n', '\0', 'g', '9'.repeat(30)),
        (length, at, change) => {
          const cut = text.slice(0, length);
          expectSound(cut.slice(0, at) + change + cut.slice(at + 1));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes time in proportion to the text, however it is made', () => {
    // Ends by itself: a pattern that backtracks would not, within the test's time.
    for (const part of [' ', '0', 'F', ': ', '1: ', '00000000:0000 ', '  12: 0500A8C0:BB80 ']) {
      expect(parseSocketTable(part.repeat(200_000 / part.length), 'tcp', 'ipv4')).toEqual([]);
    }
  });
});

describe('parseLocalAddresses', () => {
  it('survives any text', () => {
    const line = fc.oneof(
      anyText(60),
      fc.constantFrom(
        '  |-- 10.0.0.1',
        '     /32 host LOCAL',
        '  |-- 1.2',
        `${'0'.repeat(31)}1 01 80 10 80 lo`,
      ),
    );
    const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (fibTrie, ifInet6) => {
        for (const found of parseLocalAddresses(fibTrie, ifInet6)) {
          expect(found).toMatch(address);
        }
      }),
    );
  });
});
