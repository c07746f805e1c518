import { compareText } from './order';

/** What an image is known by, as far as a reference says it. */
export interface ImageReference {
  /**
   * The name that all references to the same repository and tag share, as Docker shortens it: without `docker.io/`,
   * `library/` and `:latest`. Empty for a bare image id.
   */
  readonly name: string;
  /** Neither tag nor id says what it is, but a digest: of a manifest after a name, of an image where there is no name. */
  readonly digest: string;
}

const DIGEST = /^(?:(?<rest>[^@]*)@)?(?<digest>[a-z0-9+._-]+:[0-9a-f]{32,})$/;
/** How many letters of an id or digest tell images apart, as in Docker's own lists. */
const SHORT = 12;

/**
 * Reads a reference as Docker does: https://github.com/distribution/reference, normalize.go. A tag beside a digest
 * wins, since it is what people call the image. What is no reference stays as it is.
 */
export function parseImageReference(reference: string): ImageReference {
  const { rest = '', digest = '' } = DIGEST.exec(reference)?.groups ?? {};
  const text = digest === '' ? reference : rest;
  if (text === '') {
    return { name: '', digest };
  }
  const slash = text.lastIndexOf('/');
  const colon = text.indexOf(':', slash + 1);
  const tag = colon < 0 ? '' : text.slice(colon + 1);
  const repository = familiarRepository(colon < 0 ? text : text.slice(0, colon));
  return {
    name: tag === '' || tag === 'latest' ? repository : `${repository}:${tag}`,
    digest: tag === '' ? digest : '',
  };
}

/**
 * Names images: `app` and `app:latest` are one, and what is given by a digest or an id alone has the name under which
 * another container runs the same image.
 *
 * @param images Reference and image id of every container.
 * @returns from a reference and an image id to the name; empty where there is no reference
 */
export function imageNames(
  images: Iterable<readonly [reference: string, imageId: string]>,
): (reference: string, imageId: string) => string {
  const parsed = new Map<string, ImageReference>();
  const parse = (reference: string, imageId: string): ImageReference => {
    if (isIdOf(reference, imageId)) {
      return { name: '', digest: imageId === '' ? `sha256:${reference}` : imageId };
    }
    const known = parsed.get(reference) ?? parseImageReference(reference);
    parsed.set(reference, known);
    return known;
  };
  const namesById = new Map<string, Set<string>>();
  for (const [reference, imageId] of images) {
    const { name, digest } = parse(reference, imageId);
    if (name !== '' && digest === '' && imageId !== '') {
      namesById.set(imageId, (namesById.get(imageId) ?? new Set()).add(name));
    }
  }
  return (reference, imageId) => {
    const { name, digest } = parse(reference, imageId);
    if (digest === '') {
      return name;
    }
    const names = [...(namesById.get(imageId) ?? [])].sort(compareText);
    const sameRepository = names.find((other) => other === name || other.startsWith(`${name}:`));
    return sameRepository ?? names[0] ?? shortened(name, digest);
  };
}

/**
 * Docker takes the first digits of an image's id for the image. No repository may be called by 64 hex digits
 * (distribution/reference), and where the id is not known, 12 are what Docker prints of it.
 */
function isIdOf(reference: string, imageId: string): boolean {
  if (/^[0-9a-f]{64}$/.test(reference) || (imageId === '' && /^[0-9a-f]{12}$/.test(reference))) {
    return true;
  }
  return /^[0-9a-f]{2,64}$/.test(reference) && imageId.replace(/^sha256:/, '').startsWith(reference);
}

function familiarRepository(repository: string): string {
  const [first = '', ...path] = repository.split('/');
  const isRegistry = path.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const isHub = !isRegistry || first === 'docker.io' || first === 'index.docker.io';
  const local = isHub && isRegistry ? path.join('/') : repository;
  return isHub ? local.replace(/^library\/(?=[^/]+$)/, '') : local;
}

function shortened(name: string, digest: string): string {
  const colon = digest.indexOf(':') + 1;
  const short = digest.slice(0, colon + SHORT);
  return name === '' ? short : `${name}@${short}`;
}
