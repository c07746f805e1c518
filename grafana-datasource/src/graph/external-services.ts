import type { Endpoint } from './endpoint';

/** A public service that is reached by many DNS names. */
export interface ExternalService {
  readonly name: string;
  /** Names, and all names below them: `s3.amazonaws.com` stands for `bucket.s3.amazonaws.com`, too. */
  readonly suffixes: readonly string[];
}

/** To begin with: services that many use, by the names that their own documentation gives. */
export const WELL_KNOWN_SERVICES: readonly ExternalService[] = [
  { name: 'Amazon Web Services', suffixes: ['amazonaws.com', 'aws.amazon.com', 'api.aws'] },
  { name: 'Cloudflare', suffixes: ['cloudflare.com', 'cloudflarestorage.com', 'workers.dev'] },
  { name: 'Docker Hub', suffixes: ['docker.io', 'docker.com'] },
  { name: 'GitHub', suffixes: ['github.com', 'githubusercontent.com', 'ghcr.io'] },
  { name: 'Google Cloud', suffixes: ['googleapis.com', 'gcr.io', 'pkg.dev', 'run.app'] },
  {
    name: 'Microsoft Azure',
    suffixes: ['azure.com', 'windows.net', 'azurewebsites.net', 'azurecr.io', 'microsoftonline.com'],
  },
];

/** Returns what tells which service an endpoint with a DNS name belongs to; the longest suffix that fits wins. */
export function serviceTest(services: readonly ExternalService[]): (endpoint: Endpoint) => Endpoint {
  const bySuffix = new Map<string, ExternalService>();
  for (const service of services) {
    for (const suffix of service.suffixes) {
      const plain = suffix
        .trim()
        .toLowerCase()
        .replace(/^\*?\.|\.$/g, '');
      if (plain !== '' && service.name.trim() !== '' && !bySuffix.has(plain)) {
        bySuffix.set(plain, service);
      }
    }
  }
  if (bySuffix.size === 0) {
    return (endpoint) => endpoint;
  }
  const known = new Map<string, Endpoint>();
  return (endpoint) => {
    if (endpoint.kind !== 'external') {
      return endpoint;
    }
    let service = known.get(endpoint.name);
    if (service === undefined) {
      const found = longest(endpoint.name, bySuffix);
      service =
        found === undefined
          ? endpoint
          : { kind: 'external', name: found.name.trim(), suffixes: found.suffixes };
      known.set(endpoint.name, service);
    }
    return service;
  };
}

function longest(name: string, bySuffix: ReadonlyMap<string, ExternalService>): ExternalService | undefined {
  let rest = name.toLowerCase().replace(/\.$/, '');
  for (;;) {
    const service = bySuffix.get(rest);
    const dot = rest.indexOf('.');
    if (service !== undefined || dot < 0) {
      return service;
    }
    rest = rest.slice(dot + 1);
  }
}
