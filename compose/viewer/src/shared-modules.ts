import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';
import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import * as data from '@grafana/data';
import * as runtime from '@grafana/runtime';
import * as ui from '@grafana/ui';
import lodash from 'lodash';
import moment from 'moment';
import * as React from 'react';
import * as ReactDOM from 'react-dom';
import * as rxjs from 'rxjs';

interface ModuleLoader {
  import(url: string): Promise<unknown>;
  set(id: string, module: object): void;
  addImportMap(map: { imports: Record<string, string> }): void;
  constructor: { prototype: { shouldFetch: () => boolean } };
}

/** Imports an AMD module whose dependencies are the packages that Grafana shares with its plugins. */
export function importShared(url: string): Promise<unknown> {
  return loader().import(url);
}

/** Registers the packages under the names by which plugins ask for them. */
export function registerSharedModules(): void {
  const system = loader();
  // A script tag cannot evaluate AMD for SystemJS: fetch and evaluate instead.
  system.constructor.prototype.shouldFetch = () => true;
  const imports: Record<string, string> = {};
  for (const [name, exports] of Object.entries(SHARED)) {
    const id = `package:${name}`;
    system.set(id, asNamespace(exports));
    imports[name] = id;
  }
  system.addImportMap({ imports });
}

const SHARED: Record<string, object> = {
  '@emotion/css': emotionCss,
  '@emotion/react': emotionReact,
  '@grafana/data': data,
  '@grafana/runtime': runtime,
  '@grafana/ui': ui,
  lodash: { ...lodash, default: lodash },
  moment: { default: moment, __useDefault: true },
  react: React,
  'react-dom': ReactDOM,
  rxjs,
};

/** Getters instead of copies, since live bindings such as a service that is set later must stay live. */
function asNamespace(exports: object): object {
  const namespace = Object.create(null) as object;
  for (const name of Object.keys(exports)) {
    Object.defineProperty(namespace, name, {
      enumerable: true,
      get: () => (exports as Record<string, unknown>)[name],
    });
  }
  return Object.defineProperty(namespace, Symbol.toStringTag, { value: 'Module' });
}

function loader(): ModuleLoader {
  return (window as unknown as { System: ModuleLoader }).System;
}
