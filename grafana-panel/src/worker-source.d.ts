/** A web worker's bundled code as a string; build-plugin.mjs makes it. */
declare module 'worker:*' {
  export const source: string;
}
