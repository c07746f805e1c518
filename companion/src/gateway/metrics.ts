import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Register } from './register.js';

export type Outcome = 'done' | 'failed' | 'refused';

/** What the gateway tells of itself. */
export class Metrics {
  readonly registry = new Registry();
  readonly #actions = new Counter({
    name: 'toposcope_companion_actions_total',
    help: 'Attempts, by action and how they ended. The action is "none" when the request was refused before it was read.',
    labelNames: ['action', 'outcome'],
    registers: [this.registry],
  });
  readonly #durations = new Histogram({
    name: 'toposcope_companion_action_duration_seconds',
    help: 'How long actions took that were started.',
    labelNames: ['action'],
    buckets: [0.01, 0.05, 0.25, 1, 5, 30, 300, 3600],
    registers: [this.registry],
  });
  readonly #sessions = new Gauge({
    name: 'toposcope_companion_sessions',
    help: 'Open terminals.',
    registers: [this.registry],
  });
  readonly #tunnelEvents = new Counter({
    name: 'toposcope_companion_tunnels_total',
    help: 'Tunnels that agents asked for, by what became of it.',
    labelNames: ['event'],
    registers: [this.registry],
  });

  constructor(register: Register, policyProblem: () => string | undefined) {
    this.registry.registerMetric(
      new Gauge({
        name: 'toposcope_companion_tunnels',
        help: 'Tunnels, by state.',
        labelNames: ['state'],
        registers: [],
        collect() {
          this.set({ state: 'connected' }, register.size);
        },
      }),
    );
    this.registry.registerMetric(
      new Gauge({
        name: 'toposcope_companion_policy_valid',
        help: '1 when the policy in force is the one on disk, 0 while an older one is kept.',
        registers: [],
        collect() {
          this.set(policyProblem() === undefined ? 1 : 0);
        },
      }),
    );
  }

  attempted(action: string, outcome: Outcome): void {
    this.#actions.inc({ action, outcome });
  }

  took(action: string, seconds: number): void {
    this.#durations.observe({ action }, seconds);
  }

  session(change: 1 | -1): void {
    this.#sessions.inc(change);
  }

  tunnel(event: 'opened' | 'closed' | 'refused'): void {
    this.#tunnelEvents.inc({ event });
  }
}
