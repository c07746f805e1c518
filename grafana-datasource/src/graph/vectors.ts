import type { QueryId } from '../promql/queries';
import type { Vector } from './vector';

/** The answers of one refresh. A query that was not asked, or failed, is absent. */
export type Vectors = Readonly<Partial<Record<QueryId, Vector>>>;
