/** As package.json says it: `engines`. */
const OLDEST = [20, 19] as const;

/**
 * What to say where this Node.js is too old for the program, instead of the error that comes of it; undefined where it is
 * not. Imports nothing: what an old one does not know must not be loaded before.
 */
export function tooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return isOld ? `Node.js ${version} is too old: install ${OLDEST.join('.')} or later.` : undefined;
}
