import { describe, expect, it } from 'vitest';
import { Ip } from './ip';

describe('an address', () => {
  it.each([
    ['93.184.216.34', true],
    ['2606:2800:220:1::1', true],
    ['10.1.2.3', false],
    ['172.17.0.2', false],
    ['192.168.1.1', false],
    ['100.64.0.1', false],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['::ffff:10.0.0.1', false],
    ['::ffff:93.184.216.34', true],
    ['fd00::1', false],
    ['fe80::1', false],
    ['internet', false],
    ['', false],
  ])('%s is public: %s', (text, isPublic) => {
    expect(new Ip(text).isPublic).toBe(isPublic);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['fe80::1', true],
    ['169.254.1.1', true],
    ['10.0.0.1', false],
  ])('%s means something on one host only: %s', (text, isLocal) => {
    expect(new Ip(text).isHostLocal).toBe(isLocal);
  });
});
