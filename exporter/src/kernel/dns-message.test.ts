import packet from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessages } from './dns-capture.js';
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

describe('readMessages', () => {
  const ENDS = { 4: ['10.0.0.53', '10.0.0.1'], 6: ['::35', '::1'] } as const;
  const ipv4 = (protocol: number, payload: Buffer) => {
    const header = Buffer.alloc(24);
    header[0] = 0x46;
    header.writeUInt16BE(header.length + payload.length, 2);
    header[9] = protocol;
    header.set([10, 0, 0, 53, 10, 0, 0, 1], 12);
    return Buffer.concat([header, payload, Buffer.from('padding')]);
  };
  const ipv6 = (protocol: number, payload: Buffer) => {
    const header = Buffer.alloc(40);
    header[0] = 0x60;
    header.writeUInt16BE(payload.length, 4);
    header[6] = protocol;
    header[8 + 15] = 53;
    header[24 + 15] = 1;
    return Buffer.concat([header, payload, Buffer.from('padding')]);
  };
  const udp = (payload: string) => {
    const header = Buffer.from([0, 53, 0x80, 1, 0, 0, 0, 0]);
    header.writeUInt16BE(header.length + payload.length, 4);
    return Buffer.concat([header, Buffer.from(payload)]);
  };
  /** With options, as Linux sends them. */
  const tcp = (...payload: (string | Buffer)[]) => {
    const header = Buffer.alloc(32);
    header.set([0, 53, 0x80, 1]);
    header[12] = 0x80;
    return Buffer.concat([header, ...payload.map((part) => Buffer.from(part))]);
  };
  const prefixed = (message: string) =>
    Buffer.concat([Buffer.from([0, message.length]), Buffer.from(message)]);

  it.each<[string, (typeof ENDS)[4 | 6], Buffer, string[]]>([
    ['a datagram over IPv4, with options', ENDS[4], ipv4(17, udp('abc')), ['abc']],
    ['a datagram over IPv6', ENDS[6], ipv6(17, udp('abc')), ['abc']],
    ['a segment over IPv4', ENDS[4], ipv4(6, tcp(prefixed('abc'))), ['abc']],
    ['a segment over IPv6', ENDS[6], ipv6(6, tcp(prefixed('abc'))), ['abc']],
    ['two messages in a segment', ENDS[4], ipv4(6, tcp(prefixed('abc'), prefixed('de'))), ['abc', 'de']],
    [
      'the beginning of a message that goes on in the next segment',
      ENDS[4],
      ipv4(6, tcp('\0\u0009abc')),
      ['abc'],
    ],
    ['a segment without a byte', ENDS[4], ipv4(6, tcp()), []],
    ['a segment of half a length', ENDS[4], ipv4(6, tcp('\0')), []],
    ['a segment whose header is too short', ENDS[4], ipv4(6, Buffer.alloc(32)), []],
    ['a datagram that is shorter than its header', ENDS[4], ipv4(17, Buffer.alloc(8)), []],
  ])('finds the ends and messages of %s', (_, [server, asker], bytes, messages) => {
    expect(readMessages(bytes).map((found) => ({ ...found, payload: found.payload.toString() }))).toEqual(
      messages.map((payload) => ({
        source: { address: server, port: 53 },
        destination: { address: asker, port: 32_769 },
        payload,
      })),
    );
  });

  it('takes a few messages of a segment that is full of empty ones', () => {
    expect(readMessages(ipv4(6, tcp(Buffer.alloc(8_000))))).toHaveLength(8);
  });

  it('finds names in the segments of a conversation', () => {
    const message = answer('example.org', [a('example.org', '1.2.3.4')]);
    const length = Buffer.from([message.length >> 8, message.length & 0xff]);
    const [found] = readMessages(ipv4(6, tcp(length, message)));
    expect(found && readDnsAnswer(found.payload)?.addresses[0]?.address).toBe('1.2.3.4');
  });

  it('survives any bytes, and packets that were changed and cut', () => {
    const whole = ipv4(6, tcp(prefixed('abc'), prefixed('defghi')));
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    const damaged = fc
      .tuple(fc.array(change, { maxLength: 6 }), fc.nat(whole.length))
      .map(([changes, length]) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) {
          bytes[at] = value;
        }
        return bytes.subarray(0, length);
      });
    const anyBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(anyBytes, damaged), (bytes) => {
        const payloads = readMessages(bytes).map(({ payload }) => payload);
        expect(payloads.length).toBeLessThanOrEqual(8);
        expect(Buffer.concat(payloads).length).toBeLessThan(Math.max(1, bytes.length));
        payloads.forEach(readDnsHead);
        payloads.forEach(readDnsAnswer);
      }),
    );
  });
});
