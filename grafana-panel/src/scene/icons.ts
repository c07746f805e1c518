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
  group: 'M12 4l8 4-8 4-8-4zM4.2 12.2l7.8 3.9 7.8-3.9M4.2 16.2l7.8 3.9 7.8-3.9',
  custom: 'M12 5l7 7-7 7-7-7z',
  internet:
    'M12 4.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M4.5 12h15M12 4.5c-4.2 4.4-4.2 10.6 0 15M12 4.5c4.2 4.4 4.2 10.6 0 15',
  external: 'M9.5 14.5l8-8M11.5 6h6.5v6.5M16 14v4H6V8h4',
  unmanaged: 'M9.3 9.3c.2-1.7 1.3-2.6 2.8-2.6 1.7 0 2.8 1 2.8 2.5 0 2.2-2.9 2.4-2.9 4.7M12 17h.01',
  uncontained: 'M6 6.5h2M11 6.5h2M16 6.5h2M6 12h2M11 12h2M16 12h2M6 17.5h2M11 17.5h2M16 17.5h2',
  overflow: 'M6 12h.01M12 12h.01M18 12h.01',
} as const satisfies Record<NodeKind, string>;
