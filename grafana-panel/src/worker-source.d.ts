/** The build puts a worker's bundled code here as a string: a plugin may not be able to start it by address. */
declare module 'worker:*' {
  export const source: string;
}
