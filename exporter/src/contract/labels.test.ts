import { describe, expect, it } from 'vitest';
import { hostAddressInfo } from './host-families.js';
import { labelNameTail, renderLabels, withLabels } from './labels.js';

describe('renderLabels', () => {
  it('writes the family’s labels in its order, host first', () => {
    const labels = renderLabels(hostAddressInfo, {
      scope: 'global',
      ip: '10.0.0.1',
      interface: 'eth0',
      host: 'a',
    });
    expect(labels).toBe('host="a",interface="eth0",ip="10.0.0.1",scope="global"');
  });

  it.each([
    ['a "quoted" name', 'a \\"quoted\\" name'],
    ['back\\slash', 'back\\\\slash'],
    ['two\nlines', 'two\\nlines'],
    ['half \ud83d a pair', 'half \ufffd a pair'],
    ['whole pair 🐳', 'whole pair 🐳'],
  ])('escapes %j', (value, written) => {
    const labels = renderLabels(hostAddressInfo, { host: value, interface: '', ip: '', scope: '' });
    expect(labels).toBe(`host="${written}",interface="",ip="",scope=""`);
  });
});

describe('withLabels', () => {
  it('appends labels that are not in the family', () => {
    const labels = renderLabels(hostAddressInfo, { host: 'a', interface: '', ip: '', scope: '' });
    expect(withLabels(labels, [[`label_${labelNameTail('com.example/tier')}`, 'web']])).toBe(
      'host="a",interface="",ip="",scope="",label_com_example_tier="web"',
    );
  });
});
