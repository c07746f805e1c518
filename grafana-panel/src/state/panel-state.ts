import { RESOURCES, SCALES, type Resource, type ResourceScale } from '../resources/boxes';
import type { Camera } from '../scene/camera';
import { FILL_WHOLES, type FillWhole } from '../scene/fill-scale';
import type { Focus } from '../search/narrow';

export const MODES = ['graph', 'table', 'resources'] as const;
export type Mode = (typeof MODES)[number];

/** What the user has made of a panel: all of it is in the address, so that a link shows a colleague the same. */
export interface PanelState {
  readonly mode: Mode;
  /** Open cards, by ids of nodes or edges, the top one last. */
  readonly cards: readonly string[];
  readonly search: string;
  /** Searches that filter. */
  readonly pinned: readonly string[];
  readonly focus: Focus | undefined;
  /** Undefined: everything is shown. */
  readonly camera: Camera | undefined;
  /** What the user chose to fill the nodes by, see `filledBy`; empty: nothing was chosen. */
  readonly fill: string;
  /** What a full node means; undefined: whatever tells the nodes apart. */
  readonly fillWhole: FillWhole | undefined;
  /** What the resources view shows, and what its rows are as wide as. */
  readonly resource: Resource;
  readonly scale: ResourceScale;
  /** A column of the table, with a minus before it from the greatest on; empty: by name. */
  readonly sort: string;
  /** The moment shown, Unix milliseconds; `range`: everything within the time range; undefined: live. */
  readonly moment: number | 'range' | undefined;
  /** How long before, such as `1h`, or Unix milliseconds; empty: no comparison. */
  readonly compareWith: string;
  /** Names of what differs from the query's own filters, such as `stopped` or `-internet`. */
  readonly filters: readonly string[];
}

export const INITIAL_STATE: PanelState = {
  mode: 'graph',
  cards: [],
  search: '',
  pinned: [],
  focus: undefined,
  camera: undefined,
  fill: '',
  fillWhole: undefined,
  resource: 'cpu',
  scale: 'capacity',
  sort: '',
  moment: undefined,
  compareWith: '',
  filters: [],
};

/** Query parameters by their names without the panel's prefix; null: not there. */
export type Parameters = Readonly<Record<string, string | readonly string[] | null>>;

const NAMES = [
  'mode',
  'card',
  'q',
  'pin',
  'focus',
  'cam',
  'fill',
  'full',
  'res',
  'of',
  'sort',
  'at',
  'cmp',
  'filter',
] as const;

/** Prefix of one panel's parameters: a dashboard may have several. */
export function prefixOf(panelId: number): string {
  return `topo${panelId}-`;
}

/** Every parameter, those of the initial state as null. */
export function writeState(state: PanelState): Parameters {
  const texts: Readonly<Record<(typeof NAMES)[number], string | readonly string[]>> = {
    mode: state.mode === 'graph' ? '' : state.mode,
    card: state.cards,
    q: state.search,
    pin: state.pinned,
    focus: state.focus ? `${state.focus.hops}~${state.focus.id}` : '',
    cam: state.camera ? writeCamera(state.camera) : '',
    fill: state.fill,
    full: state.fillWhole ?? '',
    res: state.resource === INITIAL_STATE.resource ? '' : state.resource,
    of: state.scale === INITIAL_STATE.scale ? '' : state.scale,
    sort: state.sort,
    at: state.moment === undefined ? '' : String(state.moment),
    cmp: state.compareWith,
    filter: state.filters,
  };
  return Object.fromEntries(
    NAMES.map((name) => [name, texts[name].length === 0 ? null : texts[name]] as const),
  );
}

/** What cannot be read is as in the initial state: an address is typed by hand, too. */
export function readState(search: URLSearchParams, prefix: string): PanelState {
  const text = (name: (typeof NAMES)[number]) => search.get(prefix + name) ?? '';
  const texts = (name: (typeof NAMES)[number]) =>
    search.getAll(prefix + name).filter((value) => value !== '');
  const at = text('at');
  return {
    mode: MODES.find((mode) => mode === text('mode')) ?? 'graph',
    cards: texts('card'),
    search: text('q'),
    pinned: texts('pin'),
    focus: readFocus(text('focus')),
    camera: readCamera(text('cam')),
    fill: text('fill'),
    fillWhole: FILL_WHOLES.find((whole) => whole === text('full')),
    resource: RESOURCES.find((resource) => resource === text('res')) ?? INITIAL_STATE.resource,
    scale: SCALES.find((scale) => scale === text('of')) ?? INITIAL_STATE.scale,
    sort: text('sort'),
    moment: at === 'range' ? 'range' : /^\d{1,15}$/.test(at) ? Number(at) : undefined,
    compareWith: /^(\d{1,15}|\d+(ms|[smhdwMy]))$/.test(text('cmp')) ? text('cmp') : '',
    filters: texts('filter'),
  };
}

function readFocus(text: string): Focus | undefined {
  const [, hops, id] = /^(\d)~(.+)$/s.exec(text) ?? [];
  return hops === undefined || id === undefined ? undefined : { id, hops: Number(hops) };
}

function writeCamera({ x, y, zoom }: Camera): string {
  return [Math.round(x), Math.round(y), Number(zoom.toPrecision(3))].join('~');
}

function readCamera(text: string): Camera | undefined {
  const [x, y, zoom, ...rest] = text.split('~').map(Number);
  const isSo = [x, y, zoom].every((number) => Number.isFinite(number)) && rest.length === 0;
  return isSo && zoom !== undefined && zoom > 0 ? { x: x ?? 0, y: y ?? 0, zoom } : undefined;
}
