import { readIpv4, readIpv6, type IpAddress } from './ip-address.js';

// RFC 1035, section 4: layouts and numbers; RFC 3596 for AAAA.
const HEADER_BYTES = 12;
const TYPE_A = 1;
const TYPE_CNAME = 5;
const TYPE_AAAA = 28;
const CLASS_IN = 1;
/** QR, opcode and rcode of the flags: an answer to a standard query, without an error. */
const ANSWER_MASK = 0xf80f;
const ANSWER = 0x8000;
const MOST_NAME_CHARACTERS = 253;
const MOST_ANSWERS = 256;

/** What a name server has answered about one name. */
export interface DnsAnswer {
  /** As it was asked for, in lower case. */
  readonly name: string;
  readonly addresses: readonly { readonly address: IpAddress; readonly ttlSeconds: number }[];
}

/** What any DNS message begins with: whether it asks or answers, and about which one name. */
export interface DnsHead {
  readonly id: number;
  readonly isAnswer: boolean;
  /** In lower case. */
  readonly name: string;
}

/** Undefined for what is no DNS message about one name that a host may have. */
export function readDnsHead(message: Buffer): DnsHead | undefined {
  if (message.length < HEADER_BYTES || message.readUInt16BE(4) !== 1) {
    return undefined;
  }
  const name = readName(message, HEADER_BYTES)?.name ?? '';
  const isAnswer = (message.readUInt16BE(2) & ANSWER) !== 0;
  return name === '' ? undefined : { id: message.readUInt16BE(0), isAnswer, name };
}

/**
 * The addresses in a DNS answer, found from the name that was asked for through its CNAMEs. Undefined for whatever is
 * no answer, has none, or asks for something that is not a host's name. Of a message that was cut, what is whole.
 */
export function readDnsAnswer(message: Buffer): DnsAnswer | undefined {
  if (
    message.length < HEADER_BYTES ||
    (message.readUInt16BE(2) & ANSWER_MASK) !== ANSWER ||
    message.readUInt16BE(4) !== 1
  ) {
    return undefined;
  }
  const question = readName(message, HEADER_BYTES);
  if (question === undefined || question.name === '') {
    return undefined;
  }
  // The names that the question leads to: servers write a chain in its order.
  const chain = new Set([question.name]);
  const addresses: { address: IpAddress; ttlSeconds: number }[] = [];
  let at = question.end + 4;
  for (let left = Math.min(message.readUInt16BE(6), MOST_ANSWERS); left > 0; left--) {
    const owner = readName(message, at);
    if (owner === undefined || owner.end + 10 > message.length) {
      break;
    }
    const type = message.readUInt16BE(owner.end);
    const start = owner.end + 10;
    const end = start + message.readUInt16BE(owner.end + 8);
    if (end > message.length) {
      break;
    }
    at = end;
    if (message.readUInt16BE(owner.end + 2) !== CLASS_IN || !chain.has(owner.name)) {
      continue;
    }
    const ttlSeconds = message.readUInt32BE(owner.end + 4);
    if (type === TYPE_A && end - start === 4) {
      addresses.push({ address: readIpv4(message, start), ttlSeconds });
    } else if (type === TYPE_AAAA && end - start === 16) {
      addresses.push({ address: readIpv6(message, start), ttlSeconds });
    } else if (type === TYPE_CNAME) {
      const target = readName(message, start);
      if (target !== undefined) {
        chain.add(target.name);
      }
    }
  }
  return addresses.length === 0 ? undefined : { name: question.name, addresses };
}

/**
 * The name at `start`, and where what follows it begins. Pointers must lead backwards, so that they come to an end.
 * Undefined when it does not fit, or has bytes that no host's name has: it becomes a label of a metric.
 */
function readName(message: Buffer, start: number): { name: string; end: number } | undefined {
  const labels: string[] = [];
  let characters = 0;
  let at = start;
  let before = start;
  let end: number | undefined;
  for (;;) {
    const length = message[at];
    if (length === undefined) {
      return undefined;
    }
    if (length === 0) {
      return { name: labels.join('.'), end: end ?? at + 1 };
    }
    if (length >= 0xc0) {
      if (at + 2 > message.length) {
        return undefined;
      }
      end ??= at + 2;
      const target = message.readUInt16BE(at) & 0x3fff;
      if (target >= before) {
        return undefined;
      }
      at = target;
      before = target;
      continue;
    }
    const label = message.toString('latin1', at + 1, at + 1 + length);
    characters += length + 1;
    if (
      length > 63 ||
      label.length < length ||
      characters > MOST_NAME_CHARACTERS + 1 ||
      !HOST_LABEL.test(label)
    ) {
      return undefined;
    }
    labels.push(label.toLowerCase());
    at += 1 + length;
  }
}

const HOST_LABEL = /^[a-z0-9_-]+$/i;
