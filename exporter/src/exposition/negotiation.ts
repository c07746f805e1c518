import Negotiator from 'negotiator';
import type { TextFormat } from './text-format.js';

/** The first one is chosen where a scraper has no preference. */
const OFFERED: readonly (readonly [string, TextFormat])[] = [
  ['text/plain; version=0.0.4', 'prometheus'],
  ['application/openmetrics-text; version=1.0.0', 'openmetrics'],
  ['text/plain', 'prometheus'],
];

/** Parameters that make no difference to what is sent, but would keep a media type from matching. */
const INDIFFERENT = /;\s*(?:charset|escaping)\s*=\s*(?:"[^"]*"|[^;,\s]*)/gi;

/**
 * Chooses the format by the scraper's Accept header and its q-values (RFC 9110, 12.5.1). Who accepts neither gets
 * Prometheus text, as from Prometheus' own libraries: a browser or curl can always read it.
 */
export function chooseFormat(accept: string | undefined): TextFormat {
  const headers = accept === undefined ? {} : { accept: accept.replace(INDIFFERENT, '') };
  const chosen = new Negotiator({ headers }).mediaType(OFFERED.map(([type]) => type));
  return OFFERED.find(([type]) => type === chosen)?.[1] ?? 'prometheus';
}

/** True when the scraper takes gzip at least as gladly as plain text (RFC 9110, 12.5.3). */
export function prefersGzip(acceptEncoding: string | undefined): boolean {
  const headers = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding };
  return new Negotiator({ headers }).encoding(['gzip', 'identity']) === 'gzip';
}
