import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';

/** Makes every secret that a gateway and its agents need. Never overwrites one. */
export function addKeygenCommand(program: Command): void {
  program
    .command('keygen')
    .description('make tier tokens, a join token and the key that signs permits')
    .argument('<directory>', 'where to put them; it is created')
    .action(async (directory: string) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const files: Record<string, string> = {
        'view.token': randomBytes(32).toString('base64url'),
        'operate.token': randomBytes(32).toString('base64url'),
        'admin.token': randomBytes(32).toString('base64url'),
        'join.token': randomBytes(32).toString('base64url'),
        'gateway.key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        'gateway.pub': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      };
      for (const [name, text] of Object.entries(files)) {
        await writeFile(join(directory, name), text.endsWith('\n') ? text : `${text}\n`, {
          flag: 'wx',
          mode: 0o600,
        });
      }
      process.stdout.write(
        `Six files are in ${directory}. The three tier tokens go into Grafana's data source, join.token and ` +
          `gateway.pub to every agent, the rest stays with the gateway.\n`,
      );
    });
}
