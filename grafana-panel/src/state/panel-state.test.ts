import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RESOURCES, SCALES } from '../resources/boxes';
import { FILL_WHOLES } from '../scene/fill-scale';
import { INITIAL_STATE, MODES, prefixOf, readState, writeState, type PanelState } from './panel-state';

function throughAddress(state: PanelState): PanelState {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(writeState(state))) {
    for (const text of value === null ? [] : [value].flat()) {
      search.append(`topo7-${name}`, text);
    }
  }
  return readState(new URLSearchParams(search.toString()), prefixOf(7));
}

describe('the state of a panel', () => {
  it('is the same after a way through the address, whatever it holds', () => {
    const text = fc.string({ unit: 'binary' });
    const some = fc.array(
      text.filter((value) => value !== ''),
      { maxLength: 3 },
    );
    const states = fc.record<PanelState>({
      mode: fc.constantFrom(...MODES),
      cards: some,
      search: text,
      pinned: some,
      focus: fc.option(
        fc.record({ id: text.filter((id) => id !== ''), hops: fc.integer({ min: 1, max: 9 }) }),
        { nil: undefined },
      ),
      camera: fc.option(
        fc.record({ x: fc.integer(), y: fc.integer(), zoom: fc.constantFrom(0.015, 0.5, 1, 3.99) }),
        { nil: undefined },
      ),
      fill: text,
      fillWhole: fc.constantFrom(...FILL_WHOLES, undefined),
      resource: fc.constantFrom(...RESOURCES),
      scale: fc.constantFrom(...SCALES),
      sort: text,
      moment: fc.oneof(fc.constant('range' as const), fc.nat(), fc.constant(undefined)),
      compareWith: fc.constantFrom('', '1h', '15m', '1800000000000'),
      filters: some,
    });
    fc.assert(
      fc.property(states, (state) => {
        expect(throughAddress(state)).toEqual(state);
      }),
    );
  });

  it('leaves nothing in the address when nothing was changed', () => {
    expect(Object.values(writeState(INITIAL_STATE)).every((value) => value === null)).toBe(true);
    expect(throughAddress(INITIAL_STATE)).toEqual(INITIAL_STATE);
  });

  it.each([
    {
      given: 'topo7-cam=here&topo7-at=then&topo7-mode=film&topo7-focus=web&topo7-cmp=;',
      means: INITIAL_STATE,
    },
    { given: 'topo8-q=web&topo8-mode=table', means: INITIAL_STATE },
    { given: 'topo7-cam=1~2~0', means: INITIAL_STATE },
  ])('takes nothing from $given', ({ given, means }) => {
    expect(readState(new URLSearchParams(given), prefixOf(7))).toEqual(means);
  });
});
