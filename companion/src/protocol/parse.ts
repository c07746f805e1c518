import type { z } from 'zod';
import { Problem } from './problems.js';

/** Parses what a caller sent. Throws the problem `bad-request` that names each wrong field and not its value. */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const wrong = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  throw new Problem('bad-request', `The ${what} is not valid. ${wrong.join('; ')}`.slice(0, 1000));
}
