import type { ThemeName } from './theme';

/** Who the viewer's server says its user is. */
interface FrontendUser {
  readonly login: string;
  readonly orgRole: string;
}

/** What Grafana's server writes into its page and `@grafana/runtime` reads when it is loaded. */
export function bootData(theme: ThemeName, version: string, user: FrontendUser) {
  return {
    settings: {
      appUrl: `${window.location.origin}/`,
      appSubUrl: '',
      buildInfo: { version, commit: '', env: 'production', edition: 'Open Source', hideVersion: false },
      datasources: {},
      defaultDatasource: 'Prometheus',
      panels: {},
      apps: {},
      featureToggles: {},
      dateFormats: {
        fullDate: 'YYYY-MM-DD HH:mm:ss',
        interval: {
          millisecond: 'HH:mm:ss.SSS',
          second: 'HH:mm:ss',
          minute: 'HH:mm',
          hour: 'MM-DD HH:mm',
          day: 'MM-DD',
          month: 'YYYY-MM',
          year: 'YYYY',
        },
        defaultTimezone: 'browser',
        useBrowserLocale: false,
      },
    },
    user: {
      isSignedIn: true,
      login: user.login,
      name: user.login,
      orgRole: user.orgRole,
      orgId: 1,
      timezone: 'browser',
      weekStart: '',
      locale: navigator.language,
      lightTheme: theme === 'light',
      theme,
      permissions: {},
    },
    navTree: [],
  };
}
