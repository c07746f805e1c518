import { DEMO_IMAGES } from './demo-images.js';

export const DEMO_NETWORK = 'toposcope-demo';
export const DEMO_LABEL: Readonly<Record<string, string>> = { 'toposcope.demo': 'true' };

export interface DemoContainer {
  readonly name: string;
  readonly image: string;
  /** The one port that is published on the host. */
  readonly published?: string;
}

/** In the order in which they start: who is asked before who asks. */
export const DEMO_CONTAINERS: readonly DemoContainer[] = [
  { name: 'toposcope-demo-db1', image: DEMO_IMAGES.db },
  { name: 'toposcope-demo-db2', image: DEMO_IMAGES.db },
  { name: 'toposcope-demo-db3', image: DEMO_IMAGES.db },
  { name: 'toposcope-demo-app1', image: DEMO_IMAGES.app },
  { name: 'toposcope-demo-app2', image: DEMO_IMAGES.app },
  { name: 'toposcope-demo-lb1', image: DEMO_IMAGES.lb, published: '80/tcp' },
  { name: 'toposcope-demo-lb2', image: DEMO_IMAGES.lb },
  { name: 'toposcope-demo-client', image: DEMO_IMAGES.client },
];
