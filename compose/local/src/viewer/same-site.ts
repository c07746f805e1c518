import type { IncomingHttpHeaders } from 'node:http';

/**
 * Why a request may not act for the user, or undefined where it may. The viewer has no login, so what tells the
 * user's own page from any other page in the same browser is where a request says that it comes from (`Origin`), and
 * that the name it was sent to is this machine's own and not one that somebody points at it (`Host`).
 */
export function refusalOfStranger(
  headers: IncomingHttpHeaders,
  ownNames: ReadonlySet<string>,
): string | undefined {
  const { host = '', origin } = headers;
  if (!ownNames.has(nameOf(`http://${host}`))) {
    return `The viewer is not known by the name ${host}: open it at the address that npm start prints.`;
  }
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    return 'The request comes from a page of another site.';
  }
  return undefined;
}

/** The names by which a browser on this machine, or at the address it listens on, reaches it. */
export function ownNames(listenAddress: string): ReadonlySet<string> {
  return new Set([
    'localhost',
    '127.0.0.1',
    '[::1]',
    listenAddress.includes(':') ? `[${listenAddress}]` : listenAddress,
  ]);
}

function nameOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : '';
}
