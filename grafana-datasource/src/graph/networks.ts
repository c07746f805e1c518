import type { AddressBook } from './address-book';
import { containerKey } from './containers';
import { eachRow } from './indexes';
import { compareText } from './order';
import type { Steps } from './steps';
import type { Vectors } from './vectors';

/** A network that containers share. */
export interface Network {
  readonly name: string;
  /** Empty for a network that spans hosts. */
  readonly host: string;
  /** The hosts of its containers, sorted. */
  readonly hosts: readonly string[];
  /** `host/container_id` of each container in it, with the addresses that it has there. */
  readonly members: ReadonlyMap<string, readonly string[]>;
}

interface Attachment {
  readonly host: string;
  readonly container: string;
  readonly ip: string;
}

/** Engines make networks by these names on every host. */
const ON_EVERY_HOST = new Set(['', 'bridge', 'host', 'none', 'podman', 'docker_gwbridge', 'nat']);
/** Where engines take the networks of a single host from. */
const LOCAL_POOL = /^(?:172\.(?:1[6-9]|2\d|3[01])|192\.168)\b/;

/**
 * The networks of all hosts. A name is one network over several hosts (a Swarm overlay) when no address in it is given
 * twice and all are of one address range that engines do not use for the networks of one host.
 */
export function* readNetworks(vectors: Vectors, book: AddressBook): Steps<readonly Network[]> {
  const byName = new Map<string, Attachment[]>();
  yield* eachRow(vectors.containerAddresses, (read) => {
    const attachment = { host: read('host'), container: read('container_id'), ip: read('ip') };
    if (attachment.host === '' || attachment.container === '') {
      return;
    }
    const known = byName.get(read('network'));
    if (known === undefined) {
      byName.set(read('network'), [attachment]);
    } else {
      known.push(attachment);
    }
  });
  const networks: Network[] = [];
  for (const [name, attachments] of [...byName].sort(([a], [b]) => compareText(a, b))) {
    if (spansHosts(name, attachments, book)) {
      networks.push(networkOf(name, '', attachments));
    } else {
      for (const host of hostsOf(attachments)) {
        networks.push(
          networkOf(
            name,
            host,
            attachments.filter((attachment) => attachment.host === host),
          ),
        );
      }
    }
    yield;
  }
  return networks;
}

function spansHosts(name: string, attachments: readonly Attachment[], book: AddressBook): boolean {
  if (ON_EVERY_HOST.has(name) || hostsOf(attachments).length < 2) {
    return false;
  }
  const addresses = attachments.map(({ ip }) => ip).filter((ip) => !ip.includes(':'));
  const ranges = new Set(addresses.map((ip) => book.ip(ip).engineNetwork));
  const [range = ''] = ranges;
  return new Set(addresses).size === addresses.length && ranges.size === 1 && !LOCAL_POOL.test(range);
}

function networkOf(name: string, host: string, attachments: readonly Attachment[]): Network {
  const members = new Map<string, readonly string[]>();
  for (const { host: on, container, ip } of attachments) {
    const key = containerKey(on, container);
    members.set(key, [...(members.get(key) ?? []), ip].sort(compareText));
  }
  return { name, host, hosts: hostsOf(attachments), members };
}

function hostsOf(attachments: readonly Attachment[]): readonly string[] {
  return [...new Set(attachments.map(({ host }) => host))].sort(compareText);
}
