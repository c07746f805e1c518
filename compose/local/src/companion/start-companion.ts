import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Options } from '../options.js';
import { startChild } from '../processes/child.js';
import type { StackContext } from '../stack-context.js';
import type { StateFolder } from '../state-folder.js';
import type { CompanionAccess } from '../viewer/viewer-app.js';
import { waitUntilReady } from '../wait-until-ready.js';

const READY_MS = 20_000;
const LOOPBACK = '127.0.0.1';

export interface Companion extends CompanionAccess {
  readonly failed: Promise<never>;
}

/** What the local user may do is all that the tiers give their role; the file is theirs to change. */
const FIRST_POLICY = `# Who may do what with the containers of this machine: see docs/security.md. It is read again when it changes.
rules:
  - allow: '*'
# Buttons of your own:
# actions:
#   - name: reload
#     label: Reload the configuration
#     icon: sync
#     command: [nginx, -s, reload]
#     tier: operate
#     containers: { images: ['*nginx*'] }
`;

/** Starts gateway and agent in one process on loopback, with secrets and a policy of the state folder. */
export async function startCompanion(
  options: Options,
  state: StateFolder,
  context: StackContext,
): Promise<Companion> {
  const program = path.join(context.repository, 'companion/dist/main.js');
  const secrets = state.file('companion-secrets');
  if (!existsSync(path.join(secrets, 'admin.token'))) {
    await promisify(execFile)(process.execPath, [program, 'keygen', secrets]);
  }
  const policy = state.file('companion-policy.yaml');
  if (!existsSync(policy)) {
    await writeFile(policy, FIRST_POLICY);
  }
  const recordings = state.file('companion-recordings');
  await mkdir(recordings, { recursive: true, mode: 0o700 });
  const address = `${LOOPBACK}:${options.companionPort}`;
  const url = `http://${address}`;
  const secret = (name: string) => path.join(secrets, name);
  const child = await startChild({
    name: 'The companion',
    command: process.execPath,
    args: [
      ...[program, 'gateway', '--local', '--identity', 'header', '--web.listen-address', address],
      ...['--token.view-file', secret('view.token'), '--token.operate-file', secret('operate.token')],
      ...['--token.admin-file', secret('admin.token'), '--policy.file', policy],
      ...['--audit.file', state.file('companion-audit.jsonl'), '--audit.record', recordings],
      ...['--exporter.address', `${LOOPBACK}:${options.exporterPort}`],
      ...engineSocket(context.env.DOCKER_HOST),
    ],
    logFile: state.file('companion.log'),
  });
  context.onStop(() => child.stop());
  await state.remember(child.identity);
  const ready = waitUntilReady('The companion', `${url}/healthz`, READY_MS, context.signal);
  await Promise.race([ready, child.failed]);
  const token = async (name: string) => (await readFile(secret(name), 'utf8')).trim();
  return {
    url,
    tokens: {
      view: await token('view.token'),
      operate: await token('operate.token'),
      admin: await token('admin.token'),
    },
    failed: child.failed,
  };
}

function engineSocket(dockerHost = ''): string[] {
  return dockerHost.startsWith('unix://') ? ['--engine.socket', dockerHost.slice('unix://'.length)] : [];
}
