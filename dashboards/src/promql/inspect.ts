import { parser } from '@prometheus-io/lezer-promql';

/** What an expression reads. */
export interface Expression {
  readonly selectors: readonly Selector[];
  /** Labels of `by`, `without`, `on`, `ignoring` and `group_left`, each once. */
  readonly grouping: readonly string[];
  /** Labels that `label_replace` and `label_join` make. */
  readonly made: readonly string[];
}

export interface Selector {
  readonly metric: string;
  /** The labels that it has conditions on. */
  readonly labels: readonly string[];
}

/** Reads an expression with Prometheus' own grammar. Throws where it does not parse, and says where. */
export function inspect(expr: string): Expression {
  const selectors: { metric: string; labels: string[] }[] = [];
  const grouping = new Set<string>();
  const made = new Set<string>();
  const cursor = parser.parse(expr).cursor();
  let within = '';
  let makesLabel = false;
  do {
    const text = expr.slice(cursor.from, cursor.to);
    switch (cursor.name) {
      case '⚠':
        throw new Error(`not PromQL at character ${cursor.from}: ${expr}`);
      case 'VectorSelector':
        selectors.push({ metric: '', labels: [] });
        break;
      case 'Identifier':
        Object.assign(selectors.at(-1) ?? {}, { metric: text });
        break;
      case 'GroupingLabels':
      case 'LabelMatchers':
        within = cursor.name;
        break;
      case 'LabelName':
        if (within === 'GroupingLabels') {
          grouping.add(text);
        } else {
          selectors.at(-1)?.labels.push(text);
        }
        break;
      case 'LabelReplace':
      case 'LabelJoin':
        makesLabel = true;
        break;
      case 'StringLiteral':
        // The innermost call's labels come first, and its own string is the next that is no matcher's.
        if (cursor.node.parent?.name === 'FunctionCallBody' && isFirstString(cursor.node) && makesLabel) {
          made.add(text.slice(1, -1));
        }
        break;
    }
  } while (cursor.next());
  return { selectors, grouping: [...grouping], made: [...made] };
}

function isFirstString(node: { readonly prevSibling: { readonly name: string } | null }): boolean {
  return node.prevSibling !== null && node.prevSibling.name !== 'StringLiteral';
}
