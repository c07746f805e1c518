import type { IpAddress } from '../kernel/ip-address.js';
import { keyOfEnd, type Endpoint } from './endpoint.js';

/** A question to a name server or an answer to it, as it passed by. */
export interface DnsPacket {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly id: number;
  /** As it was asked for, in lower case. */
  readonly name: string;
}

/** Milliseconds. */
interface Asker {
  readonly address: IpAddress;
  readonly at: number;
}

/**
 * The questions that wait for their answers. Whoever may send a packet may send one that looks like an answer: only
 * those that answer a question count, and only for who asked it.
 */
export class DnsExchanges {
  /** When each question was asked, by its two ends, its id and its name; oldest first. */
  private readonly questions = new Map<string, number>();
  /** Who asked first, by id and name: the same question from another address was masqueraded on its way. */
  private readonly askers = new Map<string, Asker>();

  noteQuestion({ source, destination, id, name }: DnsPacket, now: number): void {
    const first = this.askers.get(`${id} ${name}`);
    if (first !== undefined && first.address !== source.address && now - first.at < WAIT_MS) {
      return;
    }
    put(this.askers, `${id} ${name}`, { address: source.address, at: now });
    put(this.questions, keyOf(source, destination, id, name), now);
  }

  /** Who asked for this answer; undefined when nobody did. */
  askerOf({ source, destination, id, name }: DnsPacket, now: number): IpAddress | undefined {
    const asked = this.questions.get(keyOf(destination, source, id, name));
    return asked !== undefined && now - asked < WAIT_MS ? destination.address : undefined;
  }
}

/** Resolvers ask again after 5 s. */
const WAIT_MS = 10_000;
const MOST_WAITING = 10_000;

function keyOf(asker: Endpoint, server: Endpoint, id: number, name: string): string {
  return `${keyOfEnd(asker, server)} ${id} ${name}`;
}

/** A map keeps the order of insertion: of too many, the oldest goes. */
function put<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MOST_WAITING) {
    const [oldest] = map.keys();
    if (oldest !== undefined) {
      map.delete(oldest);
    }
  }
}
