import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { ApiRequest } from './kubernetes-api.js';

/** A verb on a resource, such as `patch apps/deployments/scale`; the core group has no name. */
export type Right = string;

interface Role {
  readonly kind: string;
  readonly rules?: readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

/** A kustomization with all that it stands on, as `kubectl apply --kustomize` would read them. */
export interface Kustomization {
  /** What the ClusterRoles of it and of what it stands on allow. */
  readonly rights: ReadonlySet<Right>;
  /** The generated ConfigMap, later literals over earlier ones. */
  readonly settings: Readonly<Record<string, string>>;
}

export function readKustomization(folder: string): Kustomization {
  const { resources, configMapGenerator = [] } = parse(
    readFileSync(path.join(folder, 'kustomization.yaml'), 'utf8'),
  ) as { resources: string[]; configMapGenerator?: { literals: string[] }[] };
  const rights = new Set<Right>();
  const settings: Record<string, string> = {};
  for (const resource of resources.map((name) => path.join(folder, name))) {
    if (!existsSync(resource)) {
      throw new Error(`${folder}/kustomization.yaml names ${resource}, which is not there.`);
    }
    if (!resource.endsWith('.yaml')) {
      const below = readKustomization(resource);
      below.rights.forEach((right) => rights.add(right));
      Object.assign(settings, below.settings);
      continue;
    }
    for (const document of parseAllDocuments(readFileSync(resource, 'utf8'))) {
      rightsOf(document.toJS() as Role).forEach((right) => rights.add(right));
    }
  }
  for (const literal of configMapGenerator.flatMap(({ literals }) => literals)) {
    const [name = '', ...value] = literal.split('=');
    settings[name] = value.join('=');
  }
  return { rights, settings };
}

function rightsOf({ kind, rules = [] }: Role): Right[] {
  return kind !== 'ClusterRole'
    ? []
    : rules.flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) => verbs.map((verb) => rightTo(verb, group, resource))),
        ),
      );
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  PATCH: 'patch',
  DELETE: 'delete',
  POST: 'create',
  PUT: 'update',
};

/** The right that the API server would want for a request (Kubernetes documentation, "Request Verbs"). */
export function rightFor({ method, path: target }: Pick<ApiRequest, 'method' | 'path'>): Right {
  const match =
    /^\/(?:api|apis\/([^/]+))\/v1(?:\/namespaces\/[^/]+)?\/([^/]+)(?:\/[^/]+(?:\/([^/]+))?)?$/.exec(target);
  if (match === null) {
    throw new Error(`No path of the API server's: ${target}`);
  }
  const [, group = '', resource = '', subresource] = match;
  const isList = target.endsWith(`/${resource}`);
  return rightTo(
    isList ? 'list' : (VERBS[method] ?? method),
    group,
    subresource === undefined ? resource : `${resource}/${subresource}`,
  );
}

function rightTo(verb: string, group: string, resource: string): Right {
  return `${verb} ${group === '' ? '' : `${group}/`}${resource}`;
}
