import { describe, expect, it } from 'vitest';
import { DnsExchanges, type DnsPacket } from './dns-exchanges.js';

const asker = { address: '10.0.0.1', port: 40_000 };
const server = { address: '10.0.0.53', port: 53 };
const question: DnsPacket = { source: asker, destination: server, id: 7, name: 'example.org' };
const answer: DnsPacket = { source: server, destination: asker, id: 7, name: 'example.org' };

describe('DnsExchanges', () => {
  it('knows who asked for an answer, however often that passes by', () => {
    const exchanges = new DnsExchanges();
    exchanges.noteQuestion(question, 0);
    exchanges.noteQuestion(question, 0);
    expect([1, 2].map((now) => exchanges.askerOf(answer, now))).toEqual(['10.0.0.1', '10.0.0.1']);
  });

  it.each<[string, Partial<DnsPacket>]>([
    ['with another id', { id: 8 }],
    ['to another name', { name: 'example.com' }],
    ['to another port', { destination: { ...asker, port: 40_001 } }],
    ['to another address', { destination: { ...asker, address: '10.0.0.2' } }],
    ['from another server', { source: { ...server, address: '10.0.0.54' } }],
  ])('knows nobody who asked for an answer %s', (_, changes) => {
    const exchanges = new DnsExchanges();
    exchanges.noteQuestion(question, 0);
    expect(exchanges.askerOf({ ...answer, ...changes }, 1)).toBeUndefined();
  });

  it('knows nobody who asked for what nobody asked, or long ago', () => {
    const exchanges = new DnsExchanges();
    expect(exchanges.askerOf(answer, 0)).toBeUndefined();
    exchanges.noteQuestion(question, 0);
    expect(exchanges.askerOf(answer, 10_000)).toBeUndefined();
  });

  it('does not take the host, as which a container’s question goes out, for the asker', () => {
    const exchanges = new DnsExchanges();
    const host = { address: '192.0.2.1', port: 50_000 };
    exchanges.noteQuestion(question, 0);
    exchanges.noteQuestion({ ...question, source: host }, 1);
    expect(exchanges.askerOf({ ...answer, destination: host }, 2)).toBeUndefined();
    expect(exchanges.askerOf(answer, 3)).toBe('10.0.0.1');
  });

  it('is bounded', () => {
    const exchanges = new DnsExchanges();
    for (let id = 0; id < 20_000; id++) {
      exchanges.noteQuestion({ ...question, id }, 0);
    }
    expect(exchanges.askerOf({ ...answer, id: 9_999 }, 1)).toBeUndefined();
    expect(exchanges.askerOf({ ...answer, id: 19_999 }, 1)).toBe('10.0.0.1');
  });
});
