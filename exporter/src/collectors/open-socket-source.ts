import type { Logger } from 'pino';
import { hasCapability } from '../kernel/capabilities.js';
import { loadLibc } from '../kernel/libc.js';
import { NetlinkSource, type NetlinkSourceOptions } from '../kernel/netlink-source.js';
import { ProcSource } from '../kernel/proc-source.js';
import { readSmallText } from '../kernel/small-file.js';
import type { SocketSource } from '../kernel/socket-source.js';

export interface SocketSourceChoice extends Pick<
  NetlinkSourceOptions,
  'procRoot' | 'onDestroyed' | 'onBatch' | 'onError'
> {
  /** `auto` takes netlink where it is to be had. */
  readonly mode: 'auto' | 'netlink' | 'proc';
  readonly logger: Logger;
  /** Of the destroy events' socket; tests make it tiny. */
  readonly receiveBufferBytes: number | undefined;
}

/** Opens what tells of this host's sockets, and logs what cannot be seen for want of rights or settings. */
export function openSocketSource(choice: SocketSourceChoice): SocketSource {
  const source = open(choice);
  reportBlindness(source.mode, choice);
  return source;
}

function open({ mode, logger, receiveBufferBytes, ...options }: SocketSourceChoice): SocketSource {
  if (mode === 'proc') {
    return new ProcSource(options.procRoot);
  }
  try {
    return new NetlinkSource({
      ...options,
      libc: loadLibc(),
      onDegraded: (capability, consequence) =>
        logger.warn({ capability }, `${capability} is missing: ${consequence}`),
      ...(receiveBufferBytes === undefined ? {} : { receiveBufferBytes }),
    });
  } catch (error) {
    if (mode === 'netlink') {
      throw error;
    }
    logger.warn(
      { err: error },
      'netlink is not to be had: connections are read from /proc, without bytes and short connections',
    );
    return new ProcSource(options.procRoot);
  }
}

function reportBlindness(
  mode: SocketSource['mode'],
  { procRoot, logger }: Pick<SocketSourceChoice, 'procRoot' | 'logger'>,
): void {
  const accounting = readSmallText(`${procRoot}/sys/net/netfilter/nf_conntrack_acct`)?.trim();
  if (mode === 'netlink' && accounting === '0') {
    logger.info(
      'net.netfilter.nf_conntrack_acct is 0: connections over UDP have no bytes; the exporter leaves it as it is',
    );
  }
  // Either lets read what the owner alone may read.
  if (
    !['CAP_DAC_READ_SEARCH' as const, 'CAP_DAC_OVERRIDE' as const].some((one) => hasCapability(procRoot, one))
  ) {
    logger.warn(
      { capability: 'CAP_DAC_READ_SEARCH' },
      'CAP_DAC_READ_SEARCH is missing: other users’ sockets have no process, and their open files are not counted',
    );
  }
  if (!hasCapability(procRoot, 'CAP_SYS_PTRACE')) {
    logger.warn(
      { capability: 'CAP_SYS_PTRACE' },
      'CAP_SYS_PTRACE is missing: other users’ sockets have no process, and their network namespaces are not seen',
    );
  }
}
