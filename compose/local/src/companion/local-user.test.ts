import { describe, expect, it } from 'vitest';
import { localUser } from './local-user.js';

describe('the user of the viewer', () => {
  it.each([
    ['127.0.0.1', 'Admin'],
    ['::1', 'Admin'],
    ['localhost', 'Admin'],
    ['0.0.0.0', 'Viewer'],
    ['192.0.2.7', 'Viewer'],
  ])('who reaches it at %s is %s unless the start says otherwise', (address, role) => {
    expect(localUser({ address }).role).toBe(role);
    expect(localUser({ address, role: 'Editor' }).role).toBe('Editor');
  });
});
