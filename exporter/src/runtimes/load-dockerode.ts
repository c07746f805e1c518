import type Docker from 'dockerode';
import { createRequire, Module } from 'node:module';

/**
 * Loads dockerode without ssh2. Its connection layer loads that SSH client for engines behind `ssh://`, which are
 * never this host's: 12 MiB of 90 would go to what cannot be used. Hosts without an engine load nothing at all.
 */
export async function loadDockerode(): Promise<typeof Docker> {
  const forget = standInForSsh2();
  try {
    return (await import('dockerode')).default;
  } finally {
    forget();
  }
}

/** Puts an empty module where docker-modem will look for ssh2, and returns what takes it away again. */
function standInForSsh2(): () => void {
  const fromDockerode = createRequire(createRequire(import.meta.url).resolve('dockerode'));
  const fromModem = createRequire(fromDockerode.resolve('docker-modem'));
  const path = fromModem.resolve('ssh2');
  if (fromModem.cache[path] !== undefined) {
    return () => undefined;
  }
  fromModem.cache[path] = Object.assign(new Module(path), { exports: {}, loaded: true });
  return () => {
    Reflect.deleteProperty(fromModem.cache, path);
  };
}
