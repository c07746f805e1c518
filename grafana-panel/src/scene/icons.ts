import type { NodeKind } from 'toposcope-topology-datasource/graph/topology';

/** Line drawings on a field of 24 by 24, centred on (12, 12), for a stroke of about 1.6. */
export const ICON_OF_KIND = {
  host: 'M5 5.5h14v5H5zM5 13.5h14v5H5zM8 8h.01M8 16h.01M11.5 8h4.5M11.5 16h4.5',
  container: 'M12 3.8l7 4v8.4l-7 4-7-4V7.8zM5.2 7.9l6.8 3.9 6.8-3.9M12 11.8v8.2',
  image: 'M12 4l8 4-8 4-8-4zM4.2 12.2l7.8 3.9 7.8-3.9M4.2 16.2l7.8 3.9 7.8-3.9',
  process: 'M6 8l4.2 4L6 16M12.5 16.5H18',
  'process-name': 'M6 8l4.2 4L6 16M12.5 16.5H18',
  workload: 'M5 5h6v6H5zM13 5h6v6h-6zM5 13h6v6H5zM13 13h6v6h-6z',
  network: 'M12 4v5M5 15v-3h14v3M12 9v3M3 15h4v4H3zM10 15h4v4h-4zM17 15h4v4h-4z',
  pod: 'M12 4.500l6.5 3.700v7.600L12 19.500l-6.5-3.700V8.200zM12 9.500a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5',
  deployment: 'M12 6a6 6 0 1 1-5.6 3.800M12 6l-2.5-2.500M12 6L9.5 8.500M12 9.500v5M9.5 12h5',
  daemonset: 'M7 7.500h10v9H7zM4.5 16.500V5H15',
  statefulset: 'M6 7h9M6 12h9M6 17h9M18 7h.01M18 12h.01M18 17h.01',
  job: 'M5.5 12.500l4 4 9-9.5',
  cronjob: 'M12 4.500a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M12 8v4.300l3 1.7',
  controller: 'M12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6M12 4.500V9M12 15v4.500M4.5 12H9M15 12h4.5',
  service: 'M4.5 12h6M10.5 12l5-5M10.5 12h5.500M10.5 12l5 5M17.5 6h.01M18.5 12h.01M17.5 18h.01',
  namespace: 'M8.5 4.500H5v15h3.500M15.5 4.500H19v15h-3.500M9.5 12h5',
  'storage-claim': 'M6 6h12v12H6zM9 12l2.2 2.200L15 10',
  'storage-volume':
    'M6 7c0-1.4 2.7-2.5 6-2.500s6 1.1 6 2.5-2.7 2.5-6 2.500S6 8.4 6 7v10c0 1.4 2.7 2.5 6 2.500s6-1.1 6-2.500V7',
  'storage-class': 'M5 8.500h14M5 12h14M5 15.500h14M8 6v12M16 6v12',
  node: 'M5 6.500h14v8H5zM9 18h6M12 14.500V18M8 10.500h.01M11 10.500h5',
  group: 'M12 4l8 4-8 4-8-4zM4.2 12.2l7.8 3.9 7.8-3.9M4.2 16.2l7.8 3.9 7.8-3.9',
  custom: 'M12 5l7 7-7 7-7-7z',
  internet:
    'M12 4.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M4.5 12h15M12 4.5c-4.2 4.4-4.2 10.6 0 15M12 4.5c4.2 4.4 4.2 10.6 0 15',
  external: 'M9.5 14.5l8-8M11.5 6h6.5v6.5M16 14v4H6V8h4',
  unmanaged: 'M9.3 9.3c.2-1.7 1.3-2.6 2.8-2.6 1.7 0 2.8 1 2.8 2.5 0 2.2-2.9 2.4-2.9 4.7M12 17h.01',
  uncontained: 'M6 6.5h2M11 6.5h2M16 6.5h2M6 12h2M11 12h2M16 12h2M6 17.5h2M11 17.5h2M16 17.5h2',
  overflow: 'M6 12h.01M12 12h.01M18 12h.01',
} as const satisfies Record<NodeKind, string>;
