/** The little of s3rver that the tests use; it brings no types of its own. */
declare module 's3rver' {
  export interface S3rverOptions {
    readonly port: number;
    readonly address: string;
    readonly directory: string;
    readonly silent: boolean;
    readonly configureBuckets: readonly { readonly name: string; readonly configs: readonly string[] }[];
  }
  // eslint-disable-next-line no-restricted-syntax -- the package's own contract
  export default class S3rver {
    constructor(options: S3rverOptions);
    run(): Promise<unknown>;
    close(): Promise<void>;
  }
}
