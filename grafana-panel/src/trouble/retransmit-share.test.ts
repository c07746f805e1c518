import { expect, it } from 'vitest';
import { edgeOf } from '../scene/topology.fixture';
import { isLossy, retransmitShare } from './retransmit-share';

it.each([
  { bytes: 144_800, retransmits: 1, share: 0.01, lossy: false },
  { bytes: 144_800, retransmits: 5, share: 0.05, lossy: true },
  { bytes: 1_448, retransmits: 0.06, share: 0.06, lossy: false },
  { bytes: 0, retransmits: 2, share: null, lossy: true },
  { bytes: 100, retransmits: 9, share: 1, lossy: true },
  { bytes: 100, retransmits: null, share: null, lossy: false },
])(
  'of $bytes bytes with $retransmits segments sent again is $share',
  ({ bytes, retransmits, share, lossy }) => {
    const { traffic } = edgeOf('a', 'b', { requestBytes: bytes, responseBytes: null, retransmits });
    expect(retransmitShare(traffic)).toBe(share);
    expect(isLossy(traffic)).toBe(lossy);
  },
);
