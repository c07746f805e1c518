import type { CommandAction, ObjectCommand } from '@toposcope/companion/protocol/action.js';
import { customResultSchema, type CustomResult } from '@toposcope/companion/protocol/actions/custom.js';
import {
  exportProgressSchema,
  logLineSchema,
  type ExportLogsAction,
  type ExportProgress,
  type LogLine,
  type LogsAction,
} from '@toposcope/companion/protocol/actions/logs.js';
import {
  inspectResultSchema,
  listResultSchema,
  topResultSchema,
  type ContainerSummary,
  type InspectResult,
  type ProcessEntry,
} from '@toposcope/companion/protocol/actions/observe.js';
import {
  describeResultSchema,
  objectResultSchema,
  type DescribeResult,
} from '@toposcope/companion/protocol/actions/object.js';
import { objectPath, type ObjectPlace } from '@toposcope/companion/protocol/objects.js';
import { startedProcessSchema, type StartedProcess } from '@toposcope/companion/protocol/actions/process.js';
import {
  capabilitiesSchema,
  hostsResultSchema,
  PLAIN_PATH,
  type Capabilities,
  type HostsResult,
} from '@toposcope/companion/protocol/requests.js';
import type { Tier } from '@toposcope/companion/protocol/tiers.js';
import type { z } from 'zod';
import { CompanionError, refusalOf } from './companion-error';
import { textLines } from './text-lines';

/** Which lines of a log. */
export type LogSelection = Omit<ExportLogsAction, 'action'>;

export interface CompanionAddress {
  /** Where Grafana proxies for the data source: `/api/datasources/proxy/uid/…`. */
  readonly proxyUrl: string;
  readonly tier: Tier;
  readonly orgId: number;
}

/** The gateway as a browser reaches it, through the data source proxy. Every method throws a CompanionError. */
export class CompanionClient {
  readonly tier: Tier;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #fetch: Fetch;

  constructor({ proxyUrl, tier, orgId }: CompanionAddress, ask: Fetch) {
    this.tier = tier;
    this.#base = `${proxyUrl}/${tier}/v1`;
    this.#headers = { 'X-Grafana-Org-Id': String(orgId) };
    this.#fetch = ask;
  }

  async hosts(signal?: AbortSignal): Promise<HostsResult['hosts']> {
    return (await this.#value('/hosts', hostsResultSchema, signal)).hosts;
  }

  /** What this user may do now, to a container or, without one, to the host. */
  capabilities(host: string, container: string, signal?: AbortSignal): Promise<Capabilities> {
    const query = new URLSearchParams({ host, ...(container === '' ? {} : { container }) });
    return this.#value(`/capabilities?${query.toString()}`, capabilitiesSchema, signal);
  }

  async containers(host: string, signal?: AbortSignal): Promise<readonly ContainerSummary[]> {
    return (await this.#value(`/hosts/${host}/containers`, listResultSchema, signal)).containers;
  }

  /** What the runtime knows of a container, also its labels; values of its environment are masked. */
  inspect(host: string, container: string, signal?: AbortSignal): Promise<InspectResult> {
    return this.#value(pathOf(host, container), inspectResultSchema, signal);
  }

  async processes(host: string, container: string, signal?: AbortSignal): Promise<readonly ProcessEntry[]> {
    const path = `${pathOf(host, container)}/processes`;
    return (await this.#value(path, topResultSchema, signal)).processes;
  }

  /** Does something; resolves with what came of a custom action, else with nothing. */
  async act(host: string, container: string, action: CommandAction): Promise<CustomResult | undefined> {
    const answer = await this.#send(`${pathOf(host, container)}/actions`, { body: action });
    const body: unknown = await answer.json();
    return action.action === 'custom' ? parsed(customResultSchema, body) : undefined;
  }

  /** Starts a program in a container and does not wait for it. */
  async startProcess(
    host: string,
    container: string,
    command: [string, ...string[]],
  ): Promise<StartedProcess> {
    const body = { action: 'start-process', command } satisfies CommandAction;
    const answer = await this.#send(`${pathOf(host, container)}/actions`, { body });
    return parsed(startedProcessSchema, await answer.json());
  }

  /** The lines of a log as they come. Ends with the log, or never when it is followed. */
  async *logs(
    host: string,
    container: string,
    selection: Omit<LogsAction, 'action' | 'format'>,
    signal: AbortSignal,
  ): AsyncGenerator<LogLine> {
    const path = `${pathOf(host, container)}/logs?${logQuery(selection)}`;
    yield* this.#ndjson(path, logLineSchema, { signal });
  }

  /** Where a browser saves the log from, as plain text. */
  downloadUrl(host: string, container: string, selection: LogSelection): string {
    return this.#url(`${pathOf(host, container)}/logs?${logQuery(selection)}&format=text&download=true`);
  }

  /** Sends the log to the gateway's bucket and tells how far it is. */
  async *exportLogs(
    host: string,
    container: string,
    selection: LogSelection,
    signal: AbortSignal,
  ): AsyncGenerator<ExportProgress> {
    const path = `${pathOf(host, container)}/logs/export`;
    yield* this.#ndjson(path, exportProgressSchema, { signal, body: selection });
  }

  /** What this user may do now to an object of a cluster. */
  objectCapabilities(object: ObjectPlace, signal?: AbortSignal): Promise<Capabilities> {
    return this.#value(`${objectPath(object)}/capabilities`, capabilitiesSchema, signal);
  }

  /** All that the cluster says of an object, its secrets masked. */
  describe(object: ObjectPlace, signal?: AbortSignal): Promise<DescribeResult> {
    return this.#value(objectPath(object), describeResultSchema, signal);
  }

  /** Does something to an object of a cluster; resolves with what was done, for the user. */
  async actOnObject(object: ObjectPlace, command: ObjectCommand): Promise<string> {
    const answer = await this.#send(`${objectPath(object)}/actions`, { body: command });
    return parsed(objectResultSchema, await answer.json()).done;
  }

  /** The lines of all containers of a pod, or of all tasks of a service, as they come. */
  async *workloadLogs(
    object: ObjectPlace,
    selection: LogSelection & { readonly follow?: boolean },
    signal: AbortSignal,
  ): AsyncGenerator<LogLine> {
    yield* this.#ndjson(`${objectPath(object)}/logs?${logQuery(selection)}`, logLineSchema, { signal });
  }

  /** Where a browser saves them from, as plain text. */
  workloadLogsUrl(object: ObjectPlace, selection: LogSelection): string {
    return this.#url(`${objectPath(object)}/logs?${logQuery(selection)}&format=text&download=true`);
  }

  /** The WebSocket of a terminal in a container, or on the host where `container` is empty. */
  terminalUrl(host: string, container: string): string {
    const url = new URL(this.#url(`${pathOf(host, container)}/terminal`), window.location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    return url.href;
  }

  /** Names come from series and links, which others write: none may turn a path into one of Grafana's own. */
  #url(path: string): string {
    if (!PLAIN_PATH.test(path.split('?', 1)[0] ?? '')) {
      throw new CompanionError('The companion knows nothing by a name like that.');
    }
    return `${this.#base}${path}`;
  }

  async #value<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    signal: AbortSignal | undefined,
  ): Promise<z.output<Schema>> {
    return parsed(schema, await (await this.#send(path, { signal })).json());
  }

  async *#ndjson<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    options: SendOptions,
  ): AsyncGenerator<z.output<Schema>> {
    const { body } = await this.#send(path, options);
    if (body === null) {
      return;
    }
    try {
      for await (const line of textLines(body)) {
        yield parsed(schema, JSON.parse(line));
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof CompanionError) {
        throw error;
      }
      throw new CompanionError('The connection to the companion was lost.', undefined, { cause: error });
    }
  }

  async #send(path: string, { signal, body }: SendOptions): Promise<Response> {
    const headers =
      body === undefined ? this.#headers : { ...this.#headers, 'Content-Type': 'application/json' };
    const answer = await this.#fetch(this.#url(path), {
      headers,
      ...(signal === undefined ? {} : { signal }),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw new CompanionError('Nothing answered: is Grafana (or the viewer) still running?', undefined, {
        cause: error,
      });
    });
    if (!answer.ok) {
      throw refusalOf(answer.status, await answer.json().catch(() => undefined));
    }
    return answer;
  }
}

type Fetch = (url: string, options: RequestInit) => Promise<Response>;

interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** Sent by POST; without one the request is a GET. */
  readonly body?: object;
}

function pathOf(host: string, container: string): string {
  return container === '' ? `/hosts/${host}` : `/hosts/${host}/containers/${container}`;
}

function logQuery(selection: Omit<LogsAction, 'action'>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries<string | number | boolean | undefined>(selection)) {
    if (value !== undefined) {
      query.set(name, String(value));
    }
  }
  return query.toString();
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new CompanionError(
      'The companion and this plugin are of different versions: update the older one.',
    );
  }
  return result.data;
}
