import express, { type NextFunction, type Request, type Response } from 'express';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { chooseFormat, prefersGzip } from '../exposition/negotiation.js';
import type { Scrape } from '../exposition/scrape.js';
import { CONTENT_TYPES, writeExposition } from '../exposition/text-format.js';
import type { Authenticate } from './basic-authentication.js';
import { HEALTH_PATH } from './health-path.js';
import { landingPage } from './landing-page.js';

export interface ApplicationOptions {
  readonly scrape: Scrape;
  readonly telemetryPath: string;
  readonly host: string;
  readonly version: string;
  readonly authenticate: Authenticate;
  /** More headers of every answer, from the web configuration. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly log: { error(details: object, message: string): void };
}

const compress = promisify(gzip);
/**
 * Level 1 takes a third of the time of the default level for a few per cent more bytes. Each chunk is a turn of the
 * thread pool and of our own thread: most expositions fit into one.
 */
const GZIP = { level: 1, chunkSize: 256 * 1024 };

/**
 * The exporter's pages: the metrics, the health, and a landing page. All ask for the password, if any, but the health:
 * probes of orchestrators know none, and it says nothing but `ok`.
 */
export function createApplication(options: ApplicationOptions): express.Express {
  const { scrape, telemetryPath, log } = options;
  const application = express();
  application.disable('x-powered-by');
  application.disable('etag');
  application.use((_request, response, next) => {
    response.set({ 'X-Content-Type-Options': 'nosniff', ...options.headers() });
    next();
  });
  application
    .route(HEALTH_PATH)
    .get((_request, response) => void response.type('text/plain').send('ok\n'))
    .all(refuseMethod);
  application.use((request, response, next) => admit(options.authenticate, request, response, next));
  application
    .route(telemetryPath)
    .get((request, response) => sendMetrics(scrape, request, response))
    .all(refuseMethod);
  if (telemetryPath !== '/') {
    application
      .route('/')
      .get((_request, response) => {
        response.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
        response.type('html').send(landingPage({ ...options, runs: scrape.lastRuns() }));
      })
      .all(refuseMethod);
  }
  application.use((_request, response) => {
    response
      .status(404)
      .type('text/plain')
      .send(`There is nothing here. The metrics are at ${telemetryPath}\n`);
  });
  // Express tells an error handler by its four parameters.
  application.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    log.error({ err: error }, 'A request failed');
    if (response.headersSent) {
      next(error);
      return;
    }
    response.status(500).type('text/plain').send('The request failed; the log says why.\n');
  });
  return application;
}

/** Every page is only read: RFC 9110, 15.5.6. */
function refuseMethod(_request: Request, response: Response): void {
  response
    .status(405)
    .set('Allow', 'GET, HEAD')
    .type('text/plain')
    .send('Only GET and HEAD are served here.\n');
}

async function admit(
  authenticate: Authenticate,
  request: Request,
  response: Response,
  next: NextFunction,
): Promise<void> {
  const verdict = await authenticate(request.headers.authorization);
  if (verdict === 'admitted') {
    next();
  } else if (verdict === 'busy') {
    response.status(503).set('Retry-After', '1').type('text/plain').send('Too many logins at once.\n');
  } else {
    response.status(401).set('WWW-Authenticate', 'Basic').type('text/plain').send('Unauthorized\n');
  }
}

async function sendMetrics(scrape: Scrape, request: Request, response: Response): Promise<void> {
  const { blocks } = await scrape.run();
  const format = chooseFormat(request.headers.accept);
  const body = writeExposition(blocks, format);
  response.set({ 'Content-Type': CONTENT_TYPES[format], Vary: 'Accept, Accept-Encoding' });
  if (prefersGzip(request.headers['accept-encoding'])) {
    response.set('Content-Encoding', 'gzip').end(await compress(body, GZIP));
  } else {
    response.end(body);
  }
}
