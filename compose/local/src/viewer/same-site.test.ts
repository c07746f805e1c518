import { describe, expect, it } from 'vitest';
import { ownNames, refusalOfStranger } from './same-site.js';

const names = ownNames('192.0.2.7');

describe('refusalOfStranger', () => {
  it.each([
    ['its own page', { host: 'localhost:4040', origin: 'http://localhost:4040' }],
    [
      'its own page at the address it listens on',
      { host: '192.0.2.7:4040', origin: 'http://192.0.2.7:4040' },
    ],
    ['a program, which names no origin', { host: '127.0.0.1:4040' }],
    ['IPv6', { host: '[::1]:4040', origin: 'http://[::1]:4040' }],
  ])('lets %s act', (_, headers) => {
    expect(refusalOfStranger(headers, names)).toBeUndefined();
  });

  it.each([
    ['a page of another site', { host: 'localhost:4040', origin: 'https://evil.example' }],
    ['a page on another port', { host: 'localhost:4040', origin: 'http://localhost:8080' }],
    ['a page without an origin of its own', { host: 'localhost:4040', origin: 'null' }],
    [
      'a name that somebody points at this machine',
      { host: 'evil.example:4040', origin: 'http://evil.example:4040' },
    ],
    ['no name at all', {}],
  ])('refuses %s', (_, headers) => {
    expect(refusalOfStranger(headers, names)).toMatch(/\w/);
  });
});
