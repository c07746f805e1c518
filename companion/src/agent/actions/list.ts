import { engineCall } from '../engine.js';
import type { ContainerSummary } from '../../protocol/actions/observe.js';
import { valueAnswer, type Answer, type Host } from '../handler.js';

/** All containers of the host, stopped ones too. */
export async function list({ engine }: Host): Promise<Answer> {
  const found = await engineCall('Listing the containers', engine.listContainers({ all: true }));
  const containers = found.map(({ Id, Names, Image, State, Labels }): ContainerSummary => ({
    id: Id,
    name: (Names[0] ?? '').replace(/^\//, ''),
    image: Image,
    state: State,
    labels: Labels,
  }));
  return valueAnswer({ containers });
}
