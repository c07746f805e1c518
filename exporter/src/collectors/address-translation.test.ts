import { describe, expect, it } from 'vitest';
import type { ConnectionTuple } from '../edges/surroundings.js';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import type { FlowTuple } from '../kernel/conntrack.js';
import { AddressTranslation } from './address-translation.js';

const HERE = new TrackedNamespace(1, false);
const tuple = (from: string, to: string): FlowTuple => ({
  source: from,
  sourcePort: Number(from.split('.').at(-1)),
  destination: to,
  destinationPort: Number(to.split('.').at(-1)),
});
const connection = (local: string, peer: string): ConnectionTuple => ({
  protocol: 'udp',
  localAddress: local,
  localPort: tuple(local, peer).sourcePort,
  peerAddress: peer,
  peerPort: tuple(local, peer).destinationPort,
});

describe('AddressTranslation', () => {
  const [us, them, dialled] = ['10.0.0.5', '10.0.0.80', '10.9.9.81'];

  it.each([
    ['who answers for what was dialled', tuple(us, dialled), tuple(them, us), dialled, them],
    ['nobody else where nothing is translated', tuple(us, them), tuple(them, us), them, undefined],
    ['nobody else where the other end was seen first', tuple(them, us), tuple(us, them), them, undefined],
    ['who was seen first, and is answered elsewhere', tuple(them, us), tuple(us, dialled), dialled, them],
  ])('says %s, from either end', (_, original, reply, peer, actual) => {
    const findFlow = () => ({
      ...{ id: 1, secondsLeft: 30, protocol: 17, original, reply, isAnswered: true },
      ...{ originalBytes: 0, originalPackets: 0, replyBytes: 0, replyPackets: 0 },
    });
    const translation = new AddressTranslation(
      { findFlow },
      () => [HERE],
      () => 0,
    );
    const dial = connection(us, peer);
    expect(translation.actualDestination(HERE, dial)?.server.address).toBe(actual);
    expect(translation.actualSource(HERE, dial)?.address).toBe(actual);
  });

  it('says who answers where it arrives, too, though it was translated on the way', () => {
    const there = new TrackedNamespace(2, false);
    const proxy = '10.0.0.90';
    const flow = (original: FlowTuple, reply: FlowTuple) => ({
      ...{ id: 1, secondsLeft: 30, protocol: 17, original, reply, isAnswered: true },
      ...{ originalBytes: 0, originalPackets: 0, replyBytes: 0, replyPackets: 0 },
    });
    const translation = new AddressTranslation(
      {
        findFlow: (namespace) =>
          namespace === 1
            ? flow(tuple(us, dialled), tuple(them, us))
            : flow(tuple(us, them), tuple(proxy, us)),
      },
      (address) => (address === us ? [HERE] : address === them ? [there] : []),
      () => 0,
    );
    expect(translation.actualDestination(HERE, connection(us, dialled))).toEqual({
      server: { address: proxy, port: 90 },
      client: { address: us, port: 5 },
    });
  });
});
