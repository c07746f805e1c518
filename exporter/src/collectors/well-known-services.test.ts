import { describe, expect, it } from 'vitest';
import { parseWellKnownServices, readWellKnownServices } from './well-known-services.js';

const services = parseWellKnownServices(`
services:
  - name: Object storage
    suffixes: [storage.example, .Blob.example]
  - name: Office
    networks: [198.18.0.0/15, '2001:db8::/32', 192.0.2.7]
`);

describe('well-known services', () => {
  it.each([
    ['eu.storage.example', '9.9.9.9', 'Object storage'],
    ['storage.example', '9.9.9.9', 'Object storage'],
    ['mystorage.example', '9.9.9.9', undefined],
    ['a.blob.example', '9.9.9.9', 'Object storage'],
    ['', '198.19.255.255', 'Office'],
    ['', '192.0.2.7', 'Office'],
    ['', '192.0.2.8', undefined],
    ['', '2001:db8:1::1', 'Office'],
    ['', '2001:db9::1', undefined],
  ])('takes “%s” at %s for %s', (name, address, service) => {
    expect(services.find(name, address)).toBe(service);
  });

  it.each([
    ['services: [{ name: a, networks: [10.0.0.0/33] }]', /CIDR/],
    ['services: [{ name: a, networks: [example.org] }]', /CIDR/],
    ['services: [{ suffixes: [a] }]', /name/],
    ['services: [{ name: a, suffix: [b] }]', /suffix/],
  ])('refuses %s', (text, reason) => {
    expect(() => parseWellKnownServices(text)).toThrow(reason);
  });

  it('says which file cannot be used', () => {
    expect(() => readWellKnownServices('/nowhere/services.yml')).toThrow(/services \/nowhere\/services.yml/);
  });
});
