import { z } from 'zod';
import { ACTION_NAMES, actionNameSchema } from '../protocol/action.js';
import { customNameSchema } from '../protocol/actions/custom.js';
import { commandSchema } from '../protocol/names.js';
import { OBJECT_KINDS } from '../protocol/objects.js';
import { ROLES } from '../protocol/tiers.js';
import { globSchema } from './glob.js';
import { ICON_NAMES } from './icon-names.js';

const globs = z.array(globSchema).min(1);

const containersSchema = z.strictObject({
  names: globs.optional(),
  images: globs.optional(),
  namespaces: globs.optional(),
  /** Every label named here must be there and match. */
  labels: z.record(z.string().min(1), globSchema).optional(),
});
export type ContainerPatterns = z.infer<typeof containersSchema>;

const objectsSchema = z.strictObject({
  clusters: globs.optional(),
  namespaces: globs.optional(),
  kinds: z.array(z.enum(OBJECT_KINDS)).min(1).optional(),
  names: globs.optional(),
  /** Every label named here must be there and match. */
  labels: z.record(z.string().min(1), globSchema).optional(),
});
export type ObjectPatterns = z.infer<typeof objectsSchema>;

/** Where a custom action holds: every part that is written must match; within a list, one. */
const scope = {
  /** This Grafana role or a stronger one. */
  role: z.enum(ROLES).optional(),
  users: globs.optional(),
  hosts: globs.optional(),
  containers: containersSchema.optional(),
};

const actions = z.union([z.literal('*'), z.array(actionNameSchema).min(1)], {
  error: ({ input }) => `${unknownActions(input)}must be "*" or a list of some of ${ACTION_NAMES.join(', ')}`,
});

function unknownActions(input: unknown): string {
  const known: readonly unknown[] = ACTION_NAMES;
  const unknown = Array.isArray(input) ? input.filter((each) => !known.includes(each)) : [];
  return unknown.length === 0 ? '' : `there is no ${unknown.map(String).join(', ')}; it `;
}

const ruleSchema = z
  .strictObject({
    allow: actions.optional(),
    deny: actions.optional(),
    ...scope,
    /** Makes it a rule about objects of clusters, as `hosts` and `containers` make it one about those. */
    objects: objectsSchema.optional(),
  })
  .refine(
    ({ objects, hosts, containers }) =>
      objects === undefined || (hosts === undefined && containers === undefined),
    { message: 'a rule with objects has neither hosts nor containers: it would never hold' },
  )
  .refine(({ allow, deny }) => (allow === undefined) !== (deny === undefined), {
    message: 'a rule says either allow or deny',
  });
export type Rule = z.infer<typeof ruleSchema>;

const customActionSchema = z.strictObject({
  name: customNameSchema,
  /** What the button says. */
  label: z.string().min(1).max(64),
  icon: z
    .string()
    .refine((name) => ICON_NAMES.has(name), {
      error: ({ input }) =>
        `${String(input)} is none of Grafana's icons, such as play, sync, fire, trash-alt, database, comment-alt`,
    })
    .default('play'),
  /** Run in the container, without a shell unless it names one. */
  command: commandSchema,
  tier: z.enum(['operate', 'admin']),
  /** Ask before it runs. */
  confirm: z.boolean().default(true),
  ...scope,
});
export type CustomAction = z.infer<typeof customActionSchema>;

/** The policy file: rules add to the defaults, and a deny beats any allow. */
export const policySchema = z.strictObject({
  /** False takes the defaults away, so that nothing is allowed but by a rule. */
  defaults: z.boolean().default(true),
  rules: z.array(ruleSchema).max(1000).default([]),
  actions: z
    .array(customActionSchema)
    .max(100)
    .default([])
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
      message: 'two custom actions have the same name',
    }),
});
export type Policy = z.infer<typeof policySchema>;

/** What holds where there is no file: looking is for everybody, nothing else for anyone. */
export const DEFAULT_POLICY: Policy = { defaults: true, rules: [], actions: [] };

export const DEFAULT_RULE: Rule = {
  allow: ['list', 'inspect', 'top', 'logs', 'describe', 'workload-logs'],
  role: 'Viewer',
};
