import packet from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDatagram } from './dns-capture.js';
import { readDnsAnswer, readDnsHead } from './dns-message.js';

/** Written by another library. */
function answer(name: string, answers: packet.Answer[], changes: Partial<packet.Packet> = {}): Buffer {
  return packet.encode({
    type: 'response',
    id: 7,
    questions: [{ type: 'A', name }],
    answers,
    ...changes,
  });
}

/** The same name at 12, where questions begin, by a pointer: as servers write it. */
function compressed(records: readonly { type: number; data: Buffer }[]): Buffer {
  const question = packet.encode({ type: 'response', questions: [{ type: 'A', name: 'a.example.org' }] });
  question.writeUInt16BE(records.length, 6);
  const answers = records.map(({ type, data }) => {
    const head = Buffer.alloc(12);
    head.writeUInt16BE(0xc00c, 0);
    head.writeUInt16BE(type, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt32BE(60, 6);
    head.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, data]);
  });
  return Buffer.concat([question, ...answers]);
}

const a = (name: string, data: string, ttl = 300): packet.Answer => ({ type: 'A', name, data, ttl });
const cname = (name: string, data: string): packet.Answer => ({ type: 'CNAME', name, data, ttl: 300 });

describe('readDnsAnswer', () => {
  it.each<[string, Buffer, string | undefined]>([
    ['an A record', answer('example.org', [a('example.org', '93.184.216.34')]), 'example.org: 93.184.216.34'],
    [
      'an AAAA record',
      answer('example.org', [{ type: 'AAAA', name: 'example.org', data: '2606:2800:220:1::1', ttl: 300 }]),
      'example.org: 2606:2800:220:1::1',
    ],
    [
      'several addresses at the end of a chain, under the name that was asked for',
      answer('www.example.org', [
        cname('www.example.org', 'edge.cdn.example'),
        cname('edge.cdn.example', 'n7.cdn.example'),
        a('n7.cdn.example', '1.2.3.4'),
        a('n7.cdn.example', '1.2.3.5'),
      ]),
      'www.example.org: 1.2.3.4 1.2.3.5',
    ],
    ['a name in capitals', answer('Example.ORG', [a('eXample.org', '1.2.3.4')]), 'example.org: 1.2.3.4'],
    [
      'a compressed name',
      compressed([{ type: 1, data: Buffer.from([1, 2, 3, 4]) }]),
      'a.example.org: 1.2.3.4',
    ],
    ['addresses of another name', answer('example.org', [a('evil.example', '1.2.3.4')]), undefined],
    ['an A record of the wrong length', compressed([{ type: 1, data: Buffer.from([1, 2, 3]) }]), undefined],
    ['a chain without an end', answer('a.example', [cname('a.example', 'b.example')]), undefined],
    ['a chain that bites its tail', answer('a.example', [cname('a.example', 'a.example')]), undefined],
    [
      'a question',
      packet.encode({ type: 'query', questions: [{ type: 'A', name: 'example.org' }] }),
      undefined,
    ],
    ['no such name', answer('example.org', [a('example.org', '1.2.3.4')], { flags: 3 }), undefined],
    ['a name that would break a label', answer('a"b\n.example', [a('a"b\n.example', '1.2.3.4')]), undefined],
    ['nothing', Buffer.alloc(0), undefined],
  ])('reads %s', (_, message, expected) => {
    const found = readDnsAnswer(message);
    expect(found && `${found.name}: ${found.addresses.map(({ address }) => address).join(' ')}`).toBe(
      expected,
    );
  });

  it('says how long an address may be kept', () => {
    const found = readDnsAnswer(answer('example.org', [a('example.org', '1.2.3.4', 86_400)]));
    expect(found?.addresses).toEqual([{ address: '1.2.3.4', ttlSeconds: 86_400 }]);
  });

  it('takes what is whole of an answer that was cut', () => {
    const whole = answer('example.org', [a('example.org', '1.2.3.4'), a('example.org', '1.2.3.5')]);
    const found = readDnsAnswer(whole.subarray(0, whole.length - 1));
    expect(found?.addresses.map(({ address }) => address)).toEqual(['1.2.3.4']);
  });

  it('comes to an end with names that point at themselves or forwards', () => {
    const message = compressed([{ type: 1, data: Buffer.from([1, 2, 3, 4]) }]);
    const at = message.length - 16;
    for (const target of [at, at + 1, at + 2, 0x3fff]) {
      message.writeUInt16BE(0xc000 | target, at);
      expect(readDnsAnswer(message)).toBeUndefined();
    }
  });

  it('survives any bytes, and finds nothing that is no address or no name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, looksLikeAnswer) => {
        const message = Buffer.from(bytes);
        if (looksLikeAnswer && message.length >= 12) {
          message.writeUInt16BE(0x8180, 2);
          message.writeUInt16BE(1, 4);
        }
        const found = readDnsAnswer(message);
        expect(found?.name ?? 'none').toMatch(/^[a-z0-9_.-]{1,253}$/);
      }),
    );
  });

  it('survives whole answers with bytes changed and cut off', () => {
    const whole = answer('www.example.org', [
      cname('www.example.org', 'edge.cdn.example'),
      a('edge.cdn.example', '1.2.3.4'),
    ]);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(whole.length), (changes, length) => {
        const damaged = Buffer.from(whole);
        for (const [at, value] of changes) {
          damaged[at] = value;
        }
        const found = readDnsAnswer(damaged.subarray(0, length));
        expect(found?.addresses.length ?? 0).toBeLessThanOrEqual(2);
        expect(found?.name ?? 'none').toMatch(/^[a-z0-9_.-]{1,253}$/);
      }),
    );
  });
});

describe('readDnsHead', () => {
  it.each<[string, Buffer, ReturnType<typeof readDnsHead>]>([
    [
      'a question',
      packet.encode({ type: 'query', id: 9, questions: [{ type: 'A', name: 'Example.ORG' }] }),
      { id: 9, isAnswer: false, name: 'example.org' },
    ],
    ['an answer', answer('example.org', []), { id: 7, isAnswer: true, name: 'example.org' }],
    ['no question', packet.encode({ type: 'query', id: 9 }), undefined],
    ['nothing', Buffer.alloc(0), undefined],
  ])('reads %s', (_, message, expected) => {
    expect(readDnsHead(message)).toEqual(expected);
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readDnsHead(Buffer.from(bytes))?.name ?? 'none').toMatch(/^[a-z0-9_.-]{1,253}$/);
      }),
    );
  });
});

describe('readDatagram', () => {
  it('finds both ends and the payload behind the headers of IPv4, with options, and of IPv6', () => {
    const udp = Buffer.concat([
      Buffer.from([0, 53, 0x80, 1, 0, 11, 0, 0]),
      Buffer.from('abc'),
      Buffer.from('pad'),
    ]);
    const ipv4 = Buffer.alloc(24);
    ipv4[0] = 0x46;
    const ipv6 = Buffer.alloc(40);
    ipv6[0] = 0x60;
    ipv4.set([10, 0, 0, 53, 10, 0, 0, 1], 12);
    ipv6[8 + 15] = 53;
    ipv6[24 + 15] = 1;
    const read = (header: Buffer) => {
      const found = readDatagram(Buffer.concat([header, udp]));
      return found && { ...found, payload: found.payload.toString() };
    };
    const ends = (server: string, asker: string) => ({
      source: { address: server, port: 53 },
      destination: { address: asker, port: 32_769 },
      payload: 'abc',
    });
    expect(read(ipv4)).toEqual(ends('10.0.0.53', '10.0.0.1'));
    expect(read(ipv6)).toEqual(ends('::35', '::1'));
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        expect(readDatagram(Buffer.from(bytes))?.payload.length ?? 0).toBeLessThan(Math.max(1, bytes.length));
      }),
    );
  });
});
