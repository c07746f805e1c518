import type { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Problem } from '../protocol/problems.js';

/** Where exported logs go: any service that speaks S3's protocol. */
export interface BucketOptions {
  readonly bucket: string;
  /** Before every key; empty for none. */
  readonly prefix: string;
  readonly region: string;
  /** Undefined for AWS itself. */
  readonly endpoint: string | undefined;
  /** How long one part may take; the SDK itself would wait for ever. */
  readonly answersWithinMs?: number;
}

/** Where it is and how much of it there is. */
export interface Uploaded {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
}

const CONNECTS_WITHIN_MS = 5_000;
const ANSWERS_WITHIN_MS = 60_000;

/** Four parts of 5 MiB are in memory at once at most, however long the log is. */
const PARTS_AT_ONCE = 4;

/**
 * The bucket of the gateway's configuration. Callers never say where to: a gateway that writes where it is told is
 * a gateway that fetches what it is told. Credentials are found where the SDK looks for them.
 */
export class LogBucket {
  readonly #options: BucketOptions;
  readonly #client: S3Client;

  constructor(options: BucketOptions) {
    const { region, endpoint, answersWithinMs = ANSWERS_WITHIN_MS } = options;
    this.#options = options;
    this.#client = new S3Client({
      region,
      requestHandler: {
        connectionTimeout: Math.min(CONNECTS_WITHIN_MS, answersWithinMs),
        requestTimeout: answersWithinMs,
        throwOnRequestTimeout: true,
      },
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    });
  }

  get name(): string {
    return this.#options.bucket;
  }

  /** Uploads in parts as the source gives them. Throws `export-failed` when the bucket does not take it. */
  async upload(
    name: string,
    body: Readable,
    progress: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<Uploaded> {
    const { bucket, prefix } = this.#options;
    const key = `${prefix}${name}`;
    let bytes = 0;
    const upload = new Upload({
      client: this.#client,
      params: { Bucket: bucket, Key: key, Body: body, ContentType: 'application/gzip' },
      queueSize: PARTS_AT_ONCE,
    });
    upload.on('httpUploadProgress', ({ loaded }) => {
      bytes = Math.max(bytes, loaded ?? 0);
      progress(bytes);
    });
    const abort = (): void => void upload.abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await upload.done();
      return { bucket, key, bytes };
    } catch (error) {
      if (error instanceof Problem) {
        throw error;
      }
      throw new Problem('export-failed', 'The bucket does not take the log; the service log says why.', {
        cause: error,
      });
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  close(): void {
    this.#client.destroy();
  }
}
