import type { ContainerId } from '../contract/ids.js';
import type { Container } from '../runtimes/container.js';
import { workloadDoubts } from '../runtimes/workload.js';

/**
 * Says once of each container what is odd about the workload that it names, and again when that changes. A runtime
 * makes a new object of a container that has changed: each is looked at once.
 */
export function createWorkloadDoubts(log: (message: string) => void) {
  const seen = new WeakSet<Container>();
  let said = new Map<ContainerId, string>();
  return (containers: readonly Container[]): void => {
    const current = new Map<ContainerId, string>();
    for (const container of containers) {
      const { id, name } = container;
      const before = said.get(id) ?? '';
      const doubts = seen.has(container) ? before : workloadDoubts(container).join('; ');
      if (doubts !== '' && doubts !== before) {
        log(`Of the workload of container ${name} (${id}): ${doubts}`);
      }
      seen.add(container);
      current.set(id, doubts);
    }
    said = current;
  };
}
