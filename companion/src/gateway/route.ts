import type { Request, Response } from 'express';
import { z } from 'zod';
import { parseRequest } from '../protocol/parse.js';
import type { Attempts } from './attempts.js';
import type { Caller } from './caller.js';

/** What a route answers, for the OpenAPI document. */
export interface AnswerShape {
  readonly description: string;
  readonly content: Readonly<Record<string, z.ZodType>>;
}

/** An answer of one JSON document. */
export function json(description: string, schema: z.ZodType): AnswerShape {
  return { description, content: { 'application/json': schema } };
}

/** For a route that takes nothing but its path, and for one that takes a body as well. */
export const NO_QUERY = z.strictObject({});
export const PATH_ONLY = { query: NO_QUERY, body: z.undefined() } as const;

interface RouteSchemas<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

interface RouteOf<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly method: 'get' | 'post';
  /** Below a tier and `/v1`, in OpenAPI's way: `/hosts/{host}`. */
  readonly path: string;
  readonly summary: string;
  readonly schemas: RouteSchemas<Params, Query, Body>;
  readonly answer: AnswerShape;
  handle(asked: {
    readonly caller: Caller;
    readonly attempts: Attempts;
    readonly params: z.output<Params>;
    readonly query: z.output<Query>;
    readonly body: z.output<Body>;
    readonly request: Request;
    readonly response: Response;
  }): Promise<void>;
}

/** A route as the gateway serves it and as the OpenAPI document describes it: one declaration for both. */
export interface Route extends Omit<RouteOf<z.ZodType, z.ZodType, z.ZodType>, 'handle'> {
  handle(caller: Caller, attempts: Attempts, request: Request, response: Response): Promise<void>;
}

/** Declares a route; what it is asked is parsed before it is handled. */
export function route<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  declared: RouteOf<Params, Query, Body>,
): Route {
  const { schemas } = declared;
  return {
    ...declared,
    handle: (caller, attempts, request, response) =>
      declared.handle({
        caller,
        attempts,
        params: parseRequest(schemas.params, { ...request.params }, 'path'),
        query: parseRequest(schemas.query, { ...request.query }, 'query'),
        body: parseRequest(schemas.body, request.body as unknown, 'body'),
        request,
        response,
      }),
  };
}
