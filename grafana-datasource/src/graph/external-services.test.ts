import { describe, expect, it } from 'vitest';
import { serviceTest, WELL_KNOWN_SERVICES } from './external-services';

const SERVICES = [
  { name: 'AWS', suffixes: ['amazonaws.com'] },
  { name: 'Object storage ', suffixes: [' *.S3.amazonaws.com. ', '.storage.example'] },
  { name: '', suffixes: ['nameless.example'] },
  { name: 'Empty', suffixes: ['', '.'] },
];
const serviceOf = serviceTest(SERVICES);

describe('a public peer', () => {
  it.each([
    ['that is such a name', 'amazonaws.com', 'AWS'],
    ['below such a name', 'ec2.eu-west-1.amazonaws.com', 'AWS'],
    ['below a longer one', 'bucket.s3.amazonaws.com', 'Object storage'],
    ['in whatever case', 'Bucket.Storage.Example.', 'Object storage'],
    ['that merely ends so', 'notamazonaws.com', 'notamazonaws.com'],
    ['of another name', 'example.com', 'example.com'],
    ['of a service without a name', 'a.nameless.example', 'a.nameless.example'],
  ])('%s is shown as who it is', (_, name, expected) => {
    expect(serviceOf({ kind: 'external', name })).toMatchObject({ kind: 'external', name: expected });
  });

  it('is what it was where nobody names services', () => {
    const endpoint = { kind: 'external', name: 'bucket.s3.amazonaws.com' } as const;
    expect(serviceTest([])(endpoint)).toBe(endpoint);
  });

  it('without a name stays what it is', () => {
    const endpoint = { kind: 'internet', direction: 'outbound' } as const;
    expect(serviceOf(endpoint)).toBe(endpoint);
  });
});

describe('the list to begin with', () => {
  it('names each service and each suffix once', () => {
    const names = WELL_KNOWN_SERVICES.map(({ name }) => name);
    const suffixes = WELL_KNOWN_SERVICES.flatMap((service) => service.suffixes);
    expect([new Set(names).size, new Set(suffixes).size]).toEqual([names.length, suffixes.length]);
  });

  it('knows a bucket, a registry and an interface', () => {
    const find = serviceTest(WELL_KNOWN_SERVICES);
    const nameOf = (name: string) => {
      const found = find({ kind: 'external', name });
      return found.kind === 'external' ? found.name : '';
    };
    expect(
      ['bucket.s3.eu-west-1.amazonaws.com', 'registry-1.docker.io', 'storage.googleapis.com'].map(nameOf),
    ).toEqual(['Amazon Web Services', 'Docker Hub', 'Google Cloud']);
  });
});
