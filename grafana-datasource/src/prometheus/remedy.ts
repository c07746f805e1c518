const LESS = 'Choose hosts, a shorter time range or a view of less detail';

/** Words of Prometheus, Mimir and Thanos, and of who stands before them, and what to do about each. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/too many samples/i, `${LESS}, or raise Prometheus’ --query.max-samples.`],
  [
    /timed? ?out|deadline exceeded|gateway time-?out/i,
    `${LESS}, or raise Prometheus’ --query.timeout and the timeout in its data source’s settings.`,
  ],
  [
    /max(?:imum)?[ -](?:number of )?(?:fetched[ -])?(?:series|chunks)|limit .*series/i,
    `${LESS}, or raise that limit of Prometheus.`,
  ],
  [/maximum resolution/i, 'Choose a shorter time range.'],
  [
    /entity too large|\b413\b/i,
    'Choose fewer hosts, or let the proxy before Prometheus take longer queries.',
  ],
  [
    /unauthori[sz]ed|forbidden|access denied|\b40[13]\b/i,
    'Check the credentials in the Prometheus data source’s settings, and whether you may use it.',
  ],
  [
    /connection refused|no such host|bad gateway|\b50[23]\b/i,
    'Is Prometheus running? Its data source’s settings say where it is looked for.',
  ],
];

/** What to do about a failure, by how it was told; empty where nothing is known. */
export function remedyFor(message: string): string {
  return REMEDIES.find(([words]) => words.test(message))?.[1] ?? '';
}

/** What failed, and what to do. */
export function withRemedy(message: string): string {
  const remedy = remedyFor(message);
  return remedy === '' ? message : `${message}${/[.!?]$/.test(message) ? '' : '.'} ${remedy}`;
}
