import { CircularDataFrame, DataFrameType, FieldType, type DataFrame } from '@grafana/data';
import type { LogLine } from '@toposcope/companion/protocol/actions/logs.js';
import type { LogsQuery } from './logs-query';

/** Most lines of an answer: the last ones of its time, as Grafana shows logs. */
export const MOST_LINES = 1_000;

/** The last lines of a log in the form that Grafana knows as one (`log-lines` of its data plane). */
export class LogsFrame {
  readonly #frame = new CircularDataFrame({ append: 'tail', capacity: MOST_LINES });
  readonly #query: LogsQuery;
  #count = 0;

  constructor(query: LogsQuery) {
    this.#query = query;
    const frame = this.#frame;
    frame.refId = query.refId;
    frame.name = query.container;
    frame.meta = {
      type: DataFrameType.LogLines,
      preferredVisualisationType: 'logs',
      custom: { limit: MOST_LINES },
    };
    frame.addField({ name: 'timestamp', type: FieldType.time, config: {} });
    frame.addField({ name: 'body', type: FieldType.string, config: {} });
    frame.addField({ name: 'labels', type: FieldType.other, config: {} });
    frame.addField({ name: 'id', type: FieldType.string, config: {} });
  }

  add({ time, stream, line }: LogLine): void {
    const { host, container } = this.#query;
    this.#frame.add({
      timestamp: Date.parse(time),
      body: line,
      labels: { host, container, stream },
      // Two lines of one moment are two lines.
      id: `${time} ${(this.#count += 1)}`,
    });
  }

  get frame(): DataFrame {
    return this.#frame;
  }
}
