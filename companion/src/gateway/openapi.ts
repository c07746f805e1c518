import { z } from 'zod';
import { BODY_LIMIT_BYTES, TIER_TOKEN_HEADER } from '../protocol/requests.js';
import { problemDocumentSchema } from '../protocol/problems.js';
import { clientMessageSchema, serverMessageSchema } from '../protocol/terminal-messages.js';
import { ROLE_OF_TIER, TIERS, type Tier } from '../protocol/tiers.js';
import type { Route } from './route.js';

type Json = Record<string, unknown>;

/** The HTTP surface as OpenAPI 3.1, made of the same declarations that serve it. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const tier of TIERS) {
    for (const route of routes) {
      const path = `/${tier}/v1${route.path}`;
      paths[path] = { ...paths[path], [route.method]: operation(route, tier) };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Toposcope companion gateway',
      version,
      description:
        `Each tier's paths want its own token and a proved user. Terminals are WebSockets at …/hosts/{host}/terminal ` +
        `and …/hosts/{host}/containers/{container}/terminal. Bodies are at most ${BODY_LIMIT_BYTES} bytes.`,
    },
    paths,
    components: {
      securitySchemes: {
        tier: { type: 'apiKey', in: 'header', name: TIER_TOKEN_HEADER },
        user: { type: 'apiKey', in: 'header', name: 'x-grafana-id' },
      },
      schemas: {
        Problem: output(problemDocumentSchema),
        TerminalClientMessage: input(clientMessageSchema),
        TerminalServerMessage: output(serverMessageSchema),
      },
    },
    security: [{ tier: [], user: [] }],
  };
}

function operation({ summary, schemas, answer }: Route, tier: Tier): Json {
  return {
    summary,
    tags: [`${tier}: Grafana's ${ROLE_OF_TIER[tier]}`],
    parameters: [...parameters(schemas.params, 'path'), ...parameters(schemas.query, 'query')],
    ...(schemas.body instanceof z.ZodUndefined
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: input(schemas.body) } } },
        }),
    responses: {
      200: {
        description: answer.description,
        content: Object.fromEntries(
          Object.entries(answer.content).map(([type, schema]) => [type, { schema: output(schema) }]),
        ),
      },
      default: {
        description: 'Why not (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function parameters(schema: z.ZodType, where: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = input(schema) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: required.includes(name),
    schema: property,
  }));
}

function input(schema: z.ZodType): Json {
  return jsonSchema(schema, 'input');
}

function output(schema: z.ZodType): Json {
  return jsonSchema(schema, 'output');
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const document: Json = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  // The dialect is OpenAPI 3.1's own.
  delete document.$schema;
  return document;
}
