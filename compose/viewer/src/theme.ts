export type ThemeName = 'light' | 'dark';

const KEY = 'toposcope.viewer.theme';

/** What a theme is found out from; the browser's own by default. */
export interface ThemeSources {
  /** Of the address. */
  readonly search: URLSearchParams;
  readonly storage: Pick<Storage, 'getItem'>;
  readonly systemIsLight: boolean;
}

/** The theme that the address names, else the one that was chosen last, else what the system prefers. */
export function themeOf({ search, storage, systemIsLight }: ThemeSources = browserSources()): ThemeName {
  const named = [search.get('theme'), storage.getItem(KEY)].find(
    (name) => name === 'light' || name === 'dark',
  );
  return named === 'light' || named === 'dark' ? named : systemIsLight ? 'light' : 'dark';
}

/** Keeps the choice, and loads the page again in it, as Grafana does. */
export function chooseTheme(theme: ThemeName): void {
  localStorage.setItem(KEY, theme);
  const address = new URL(window.location.href);
  if (address.searchParams.has('theme')) {
    address.searchParams.delete('theme');
    window.location.assign(address);
  } else {
    window.location.reload();
  }
}

function browserSources(): ThemeSources {
  return {
    search: new URLSearchParams(window.location.search),
    storage: localStorage,
    systemIsLight: matchMedia('(prefers-color-scheme: light)').matches,
  };
}
