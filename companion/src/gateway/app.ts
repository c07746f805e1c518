import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import { asProblem, Problem } from '../protocol/problems.js';
import { BODY_LIMIT_BYTES } from '../protocol/requests.js';
import { TIERS, type Tier } from '../protocol/tiers.js';
import type { Attempts, GatewayCore } from './attempts.js';
import { authenticate, originOf, plainPath, tierOfPath, type Caller } from './caller.js';
import type { Identify } from './identity.js';
import { openApiDocument } from './openapi.js';
import type { Route } from './route.js';
import type { TierTokens } from './tier-tokens.js';

export interface AppOptions {
  readonly core: GatewayCore;
  readonly attempts: Attempts;
  readonly tokens: TierTokens;
  readonly identify: Identify;
  readonly routes: readonly Route[];
  readonly version: string;
}

/** Everything that is asked by HTTP. Whatever goes wrong is answered with a problem document. */
export function createApp(options: AppOptions): Express {
  const { core, attempts, routes, version } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('strict routing', true);
  app.set('case sensitive routing', true);
  app.set('query parser', 'simple');
  app.use(helmet({ contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] }, useDefaults: false } }));
  app.use(noStore, refusePathTricks);
  openRoutes(app, core, openApiDocument(routes, version));
  for (const tier of TIERS) {
    app.use(`/${tier}`, tierRouter(tier, options));
  }
  app.use(() => {
    throw new Problem('route-unknown', 'There is nothing at that path; /openapi.json says what there is.');
  });
  app.use(answerProblem(core, attempts));
  return app;
}

const noStore: RequestHandler = (_, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

const refusePathTricks: RequestHandler = (request, _, next) => {
  plainPath(request.originalUrl);
  next();
};

/** What needs no user: it tells how the gateway is and where the exporters are, and changes nothing. */
function openRoutes(app: Express, core: GatewayCore, openApi: object): void {
  app.get('/healthz', (_, response) => {
    // Anybody may ask: what is wrong with which file is for the service's log.
    const policy = core.policy.problem === undefined ? 'in force' : 'an older one is kept; the log says why';
    const audit = core.audit.isWritable
      ? 'written'
      : 'cannot be written, so nothing is done; the log says why';
    const isWell = core.policy.problem === undefined && core.audit.isWritable;
    response.json({ status: isWell ? 'ok' : 'degraded', hosts: core.register.size, policy, audit });
  });
  app.get('/metrics', async (_, response) => {
    response.type(core.metrics.registry.contentType).send(await core.metrics.registry.metrics());
  });
  app.get('/openapi.json', (_, response) => {
    response.json(openApi);
  });
  app.get('/sd', (_, response) => {
    response.json(
      core.register
        .list()
        .flatMap(({ hello: { host, exporter } }) =>
          exporter === undefined ? [] : [{ targets: [exporter], labels: { __meta_toposcope_host: host } }],
        ),
    );
  });
}

function tierRouter(tier: Tier, { attempts, tokens, identify, routes }: AppOptions): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const callers = new WeakMap<object, Caller>();
  router.use((request, _, next) => {
    if (request.method !== 'GET' && request.method !== 'POST') {
      throw new Problem('method-refused', 'Only GET and POST are understood here.');
    }
    next();
  });
  router.use(async (request, _, next) => {
    callers.set(request, await authenticate(request, tier, tokens, identify));
    next();
  });
  router.use(refuseOtherBodies);
  router.use(express.json({ limit: BODY_LIMIT_BYTES, inflate: false, strict: true }));
  for (const route of routes) {
    router[route.method](expressPath(route), async (request, response) => {
      const caller = callers.get(request);
      if (caller === undefined) {
        throw new Problem('identity-refused', 'The user is not proved.');
      }
      await route.handle(caller, attempts, request, response);
    });
  }
  for (const path of new Set(routes.map(expressPath))) {
    router.all(path, () => {
      throw new Problem('method-refused', 'The path does not take this method; /openapi.json says which.');
    });
  }
  return router;
}

function expressPath({ path }: Route): string {
  return `/v1${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
}

/** The parser would take other encodings too, in which a filter in between reads something else. */
const JSON_IN_UTF8 = /^application\/json(?:; ?charset=utf-8)?$/i;

const refuseOtherBodies: RequestHandler = (request, _, next) => {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0;
  if (request.method === 'POST' && !JSON_IN_UTF8.test(request.headers['content-type'] ?? '')) {
    throw new Problem('body-not-json', 'The body must be application/json in UTF-8.');
  }
  if (request.method === 'GET' && hasBody) {
    throw new Problem('bad-request', 'A GET has no body here.');
  }
  next();
};

/** Errors of express and its body parser carry a status and a type. */
const httpErrorSchema = z.object({ status: z.int(), type: z.string().optional() });

function toProblem(error: unknown): Problem {
  const parsed = error instanceof Problem ? undefined : httpErrorSchema.safeParse(error);
  if (parsed?.success !== true || parsed.data.status >= 500) {
    return asProblem(error);
  }
  const { status, type } = parsed.data;
  if (type === 'entity.too.large') {
    return new Problem('body-too-large', `The body is larger than ${BODY_LIMIT_BYTES} bytes.`);
  }
  return status === 415
    ? new Problem('body-not-json', 'The body must be application/json in UTF-8, not compressed.')
    : new Problem('bad-request', 'The request cannot be read.', { cause: error });
}

/** Codes of requests that nobody proved, or that try to be something else: they belong in the audit log too. */
const AUDITED = new Set(['path-refused', 'token-refused', 'identity-refused']);

function answerProblem({ log }: GatewayCore, attempts: Attempts): ErrorRequestHandler {
  return async (error, request, response, next) => {
    let problem = toProblem(error);
    if (problem.attempt === undefined && AUDITED.has(problem.code)) {
      const tier = tierOfPath(request.originalUrl);
      const asked = { method: request.method, path: request.originalUrl.slice(0, 512) };
      await attempts
        .refuseUnread(originOf(request), problem, { tier, request: asked })
        .catch((refusal: unknown) => {
          problem = asProblem(refusal);
        });
    }
    if (problem.status >= 500) {
      log.error({ err: error, code: problem.code }, 'a request failed');
    }
    if (response.headersSent) {
      // express cuts the connection, which is all that can still be said.
      next(error);
      return;
    }
    if (problem.status === 429) {
      response.set('Retry-After', '10');
    }
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problem.toDocument()));
  };
}
