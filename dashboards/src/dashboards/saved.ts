/** The parts of a dashboard's file that the checks read. */
export interface SavedDashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly SavedPanel[];
  readonly templating: { readonly list: readonly SavedVariable[] };
  readonly annotations: { readonly list: readonly { readonly expr?: string }[] };
}

export interface SavedPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr?: string;
    readonly instant?: boolean;
  }[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly noValue?: string };
  };
}

export interface SavedVariable {
  readonly name: string;
  readonly type: string;
  readonly query?: string | { readonly query: string };
}

export interface SavedQuery {
  /** The panel or variable. */
  readonly where: string;
  readonly expr: string;
  /** What a variable's query asks the series for. */
  readonly label?: string;
}

/** Every PromQL of a dashboard, variables not yet interpolated. */
export function queriesOf({ panels, templating, annotations }: SavedDashboard): readonly SavedQuery[] {
  return [
    ...panels.flatMap(({ title, targets = [] }) =>
      targets.flatMap(({ refId, expr }) =>
        expr === undefined ? [] : [{ where: `${title}, ${refId}`, expr }],
      ),
    ),
    ...templating.list.flatMap(({ name, query }) => {
      const asked = typeof query === 'object' ? /^label_values\((.*), (\w+)\)$/.exec(query.query) : null;
      return asked === null
        ? []
        : [{ where: `variable ${name}`, expr: asked[1] ?? '', label: asked[2] ?? '' }];
    }),
    ...annotations.list.flatMap(({ expr }) => (expr === undefined ? [] : [{ where: 'annotation', expr }])),
  ];
}
