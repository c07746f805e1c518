import type { Diagnosis } from '../health';
import { messageOf } from '../prometheus/error-message';
import type { CompanionClient } from './companion-client';

/** Whether the companion answers; says nothing where there is none. */
export async function testCompanion(
  companion: Pick<CompanionClient, 'hosts'> | undefined,
): Promise<Diagnosis> {
  if (companion === undefined) {
    return { status: 'success', message: '' };
  }
  try {
    const hosts = await companion.hosts();
    return hosts.length === 0
      ? { status: 'success', message: 'The companion answers, but no host’s agent is connected to it.' }
      : {
          status: 'success',
          message: `The companion answers for ${hosts.length === 1 ? '1 host' : `${hosts.length} hosts`}.`,
        };
  } catch (error) {
    return { status: 'error', message: `The companion: ${messageOf(error)}` };
  }
}
