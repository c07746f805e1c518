import type { CommandAction } from '../../protocol/action.js';
import { Problem } from '../../protocol/problems.js';
import { engineCall } from '../engine.js';
import { valueAnswer, type Answer, type Target } from '../handler.js';

type LifecycleAction = Extract<
  CommandAction,
  { action: 'start' | 'stop' | 'restart' | 'pause' | 'unpause' | 'kill' | 'remove' }
>;

/** Changes the container's state and answers the new one, as the runtime tells it afterwards. */
export async function changeState({ container }: Target, request: LifecycleAction): Promise<Answer> {
  await engineCall(`${request.action} of the container`, carryOut(container, request));
  return valueAnswer({ state: await stateOf(container) });
}

async function carryOut(container: Target['container'], request: LifecycleAction): Promise<void> {
  switch (request.action) {
    case 'start':
      await container.start();
      return;
    case 'stop':
      await container.stop(graceOf(request));
      return;
    case 'restart':
      await container.restart(graceOf(request));
      return;
    case 'pause':
      await container.pause();
      return;
    case 'unpause':
      await container.unpause();
      return;
    case 'kill':
      await container.kill({ signal: `SIG${request.signal ?? 'KILL'}` });
      return;
    case 'remove':
      await container.remove({ force: request.force === true, v: request.volumes === true });
      return;
  }
}

function graceOf({ graceSeconds }: { graceSeconds?: number | undefined }): { t?: number } {
  return graceSeconds === undefined ? {} : { t: graceSeconds };
}

async function stateOf(container: Target['container']): Promise<string> {
  try {
    const { State } = await engineCall('Looking at the container', container.inspect());
    return State.Status;
  } catch (error) {
    if (error instanceof Problem && error.code === 'container-unknown') {
      return 'removed';
    }
    throw error;
  }
}
