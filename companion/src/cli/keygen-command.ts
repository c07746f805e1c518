import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';

/** Makes every secret that a gateway and its agents need. Never overwrites one. `gateway.pub` comes last. */
export function addKeygenCommand(program: Command): void {
  program
    .command('keygen')
    .description('make tier tokens, a join token and the key that signs permits')
    .argument('<directory>', 'where to put them; it is created')
    .action(async (directory: string) => {
      await makeDirectory(resolve(directory)).catch((cause: unknown) => {
        throw new Error(
          `${directory} cannot be made: ${(cause as Error).message}. Name one where you may make directories.`,
          { cause },
        );
      });
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const files: Record<string, string> = {
        'view.token': randomBytes(32).toString('base64url'),
        'operate.token': randomBytes(32).toString('base64url'),
        'admin.token': randomBytes(32).toString('base64url'),
        'join.token': randomBytes(32).toString('base64url'),
        'gateway.key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        'gateway.pub': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      };
      const present = Object.keys(files).filter((name) => existsSync(join(directory, name)));
      if (present.length > 0) {
        throw new Error(
          `${directory} has ${present.join(', ')} already, and nothing is overwritten: name another directory, or ` +
            'remove all six files to make new secrets.',
        );
      }
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

/** One by one: where nobody can make any, as in `/proc`, Node.js' own recursion never ends. */
async function makeDirectory(directory: string): Promise<void> {
  if (!existsSync(directory)) {
    await makeDirectory(dirname(directory));
    await mkdir(directory, { mode: 0o700 });
  }
}
