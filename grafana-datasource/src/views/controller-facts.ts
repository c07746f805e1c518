import type { Controller } from '../graph/kubernetes/controllers';
import type { KubeObject } from '../graph/kubernetes/kube-objects';
import type { Pod } from '../graph/kubernetes/pods';
import { compareText } from '../graph/order';
import type { Fact } from '../graph/topology';
import { fact, few, moment } from './facts';
import { readyPods } from './kube-facts';

/** How many pods there should be, and how many are ready; of a Job, how many have to end well, and have. */
export interface Counts {
  readonly desired: number | undefined;
  readonly ready: number | undefined;
}

/** As the cluster counts; where it does not say how many are ready, as their containers do. */
export function countsOf({ kind, object }: Controller, pods: readonly Pod[]): Counts {
  const number = (...families: string[]) =>
    families.map((family) => object?.number(family)).find((value) => value !== undefined);
  switch (kind) {
    case 'deployment':
      return {
        desired: number('kube_deployment_spec_replicas'),
        ready:
          number('kube_deployment_status_replicas_ready', 'kube_deployment_status_replicas_available') ??
          readyPods(pods),
      };
    case 'daemonset':
      return {
        desired: number('kube_daemonset_status_desired_number_scheduled'),
        ready: number('kube_daemonset_status_number_ready') ?? readyPods(pods),
      };
    case 'statefulset':
      return {
        desired: number('kube_statefulset_replicas'),
        ready: number('kube_statefulset_status_replicas_ready') ?? readyPods(pods),
      };
    case 'job':
      return { desired: number('kube_job_spec_completions'), ready: number('kube_job_status_succeeded') };
    case 'cronjob':
      return { desired: undefined, ready: undefined };
    case 'controller':
      return { desired: undefined, ready: readyPods(pods) };
  }
}

/** Nothing more to do: a Job that has ended, a CronJob that is suspended. */
export function isIdle({ kind, object }: Controller): boolean {
  if (kind === 'cronjob') {
    return object?.number('kube_cronjob_spec_suspend') === 1;
  }
  return kind === 'job' && object !== undefined && jobState(object) !== 'active';
}

/** What the cluster says of a controller. `all` tells what kube-state-metrics exports at all. */
export function controllerFacts(
  controller: Controller,
  { desired, ready }: Counts,
  all: readonly Controller[],
): readonly Fact[] {
  const { kind, object, jobs } = controller;
  const count = (key: string, label: string, value: number | undefined) =>
    fact(key, label, value === undefined ? '' : String(value));
  const of = (key: string, label: string, family: string) => count(key, label, object?.number(family));
  const when = (key: string, label: string, family: string) => moment(key, label, object?.number(family));
  const created = when('created', 'Created', `kube_${kind}_created`);
  switch (kind) {
    case 'deployment':
      return [
        ...count('desired', 'Desired', desired),
        ...count('ready', 'Ready', ready),
        ...of('available', 'Available', 'kube_deployment_status_replicas_available'),
        ...of('updated', 'Up to date', 'kube_deployment_status_replicas_updated'),
        ...fact('strategy', 'Strategy', strategyOf(controller, all)),
        ...fact('paused', 'Paused', object?.number('kube_deployment_spec_paused') === 1 ? 'yes' : ''),
        ...created,
      ];
    case 'daemonset':
      return [
        ...count('desired', 'Desired', desired),
        ...count('ready', 'Ready', ready),
        ...of('available', 'Available', 'kube_daemonset_status_number_available'),
        ...of('updated', 'Up to date', 'kube_daemonset_status_updated_number_scheduled'),
        ...of('misscheduled', 'Where they should not be', 'kube_daemonset_status_number_misscheduled'),
        ...created,
      ];
    case 'statefulset':
      return [
        ...count('desired', 'Desired', desired),
        ...count('ready', 'Ready', ready),
        ...of('available', 'Available', 'kube_statefulset_status_replicas_available'),
        ...of('updated', 'Up to date', 'kube_statefulset_status_replicas_updated'),
        ...created,
      ];
    case 'job':
      return [
        ...fact('status', 'Status', object === undefined ? '' : jobState(object)),
        ...count('desired', 'Desired', desired),
        ...count('succeeded', 'Succeeded', ready),
        ...of('active', 'Active', 'kube_job_status_active'),
        ...failuresOf(object),
        ...of('parallelism', 'At once', 'kube_job_spec_parallelism'),
        ...created,
        ...when('started', 'Started', 'kube_job_status_start_time'),
        ...when('completed', 'Completed', 'kube_job_status_completion_time'),
      ];
    case 'cronjob':
      return [
        ...fact('schedule', 'Schedule', object?.text('kube_cronjob_info', 'schedule') ?? ''),
        ...fact('timezone', 'Time zone', timezoneOf(object)),
        ...fact(
          'concurrency_policy',
          'When the last one still runs',
          object?.text('kube_cronjob_info', 'concurrency_policy') ?? '',
        ),
        ...fact('suspended', 'Suspended', isIdle(controller) ? 'yes' : ''),
        ...of('active', 'Active', 'kube_cronjob_status_active'),
        ...when('last_schedule', 'Last scheduled', 'kube_cronjob_status_last_schedule_time'),
        ...when('last_success', 'Last success', 'kube_cronjob_status_last_successful_time'),
        ...when('next_schedule', 'Next', 'kube_cronjob_next_schedule_time'),
        ...fact('jobs', 'Jobs', ...few(jobs.map((job) => `${job.name}: ${jobState(job)}`).sort(compareText))),
        ...created,
      ];
    case 'controller':
      return count('ready', 'Ready', ready);
  }
}

const FAILED = 'kube_job_status_failed';

/** How many pods have failed; once a Job has, kube-state-metrics tells in place of that why, by a series a reason. */
function failuresOf(job: KubeObject | undefined): readonly Fact[] {
  const failed = job?.number(FAILED, (read) => read('reason') === '');
  const reasons = job?.texts(
    FAILED,
    (read) => read('reason'),
    (_, value) => value > 0,
  );
  return [
    ...fact('failed', 'Failed', failed === undefined ? '' : String(failed)),
    ...fact('failure', 'Failed for', ...(reasons ?? [])),
  ];
}

type JobState = 'active' | 'complete' | 'failed';

function jobState(job: KubeObject): JobState {
  const isSo = (family: string) => job.texts(family, (read) => read('condition')).includes('true');
  if (isSo('kube_job_failed')) {
    return 'failed';
  }
  return isSo('kube_job_complete') || job.has('kube_job_status_completion_time') ? 'complete' : 'active';
}

const SURGE = 'kube_deployment_spec_strategy_rollingupdate_max_surge';
const UNAVAILABLE = 'kube_deployment_spec_strategy_rollingupdate_max_unavailable';

/**
 * kube-state-metrics tells the limits of rolling updates and not the strategy: a Deployment without them is recreated,
 * if there is another one in the cluster that has them.
 */
function strategyOf({ object, cluster }: Controller, all: readonly Controller[]): string {
  const [surge, unavailable] = [object?.number(SURGE), object?.number(UNAVAILABLE)];
  if (surge !== undefined || unavailable !== undefined) {
    return `RollingUpdate, at most ${surge ?? 0} more and ${unavailable ?? 0} fewer`;
  }
  const isTold = all.some((other) => other.cluster === cluster && other.object?.has(UNAVAILABLE) === true);
  return object !== undefined && isTold ? 'Recreate' : '';
}

/** The controller manager's own, where none is set. */
function timezoneOf(object: KubeObject | undefined): string {
  const zone = object?.text('kube_cronjob_info', 'timezone') ?? '';
  return zone === 'local' ? '' : zone;
}
